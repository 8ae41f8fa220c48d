"""A server between Homeroom and a domain controller: passes on what is said,
but answers some writes itself, or hangs up, as a test wants."""
import os
import select
import socket
import ssl
import threading
import time

ADD, MODIFY, DELETE, RENAME = 0x68, 0x66, 0x4a, 0x6c
# Hangs up instead of passing on; or when it was done, without telling; or at
# once, and passes it on when all else is done.
BEFORE, AFTER, LATE = "before", "after", "late"


def length_of(data, at):
    """(length, where the contents begin), or None while some is missing."""
    if len(data) <= at:
        return None
    first = data[at]
    if first < 0x80:
        return first, at + 1
    size = first & 0x7f
    if len(data) < at + 1 + size:
        return None
    return int.from_bytes(data[at + 1:at + 1 + size], "big"), at + 1 + size


def message_in(data):
    """The first whole message of some bytes: how long it is, or 0."""
    found = length_of(data, 1)
    if found is None or len(data) < sum(found):
        return 0
    return sum(found)


def parts(message):
    """(id, tag of the operation, its first text)."""
    _, at = length_of(message, 1)
    size, at = length_of(message, at + 1)
    number = int.from_bytes(message[at:at + size], "big")
    tag, at = message[at + size], at + size + 1
    size, at = length_of(message, at)
    if tag == DELETE:
        return number, tag, message[at:at + size].decode(errors="replace")
    if tag not in (ADD, MODIFY, RENAME):
        return number, tag, ""
    size, at = length_of(message, at + 1)
    return number, tag, message[at:at + size].decode(errors="replace")


def element(tag, data):
    size = len(data)
    if size < 0x80:
        return bytes([tag, size]) + data
    return bytes([tag, 0x82]) + size.to_bytes(2, "big") + data


def result(number, tag, code, words):
    """The answer to an operation."""
    tag = 0x6b if tag == DELETE else tag + 1
    return element(0x30, element(2, number.to_bytes(4, "big")) + element(
        tag, element(10, bytes([code])) + element(4, b"") +
        element(4, words.encode())))


class Between:
    """`answer(tag, dn, message)` says what becomes of a write: None, it is
    passed on; (code, words), the answer; BEFORE, AFTER or LATE. All writes are
    in `seen`: when it was, the operation, the DN."""

    def __init__(self, controller, answer):
        self.controller, self.answer = controller, answer
        self.seen = []
        self.lock = threading.Lock()
        self.go, self.came = threading.Event(), threading.Event()
        tls = os.path.join(controller.folder, "tls")
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(tls + "/dc.pem", tls + "/dc.key")
        self.client = ssl.create_default_context(cafile=tls + "/ca.pem")
        # The controller's own address: its certificate is for that.
        self.listener = socket.create_server((controller.address(), 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def uri(self):
        return "ldaps://%s:%d" % self.listener.getsockname()

    def accept(self):
        while True:
            sock, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(sock,),
                             daemon=True).start()

    def serve(self, sock):
        address = self.controller.address()
        try:
            with self.server.wrap_socket(sock, server_side=True) as here, \
                    self.client.wrap_socket(
                        socket.create_connection((address, 636)),
                        server_hostname=address) as there:
                self.pass_on(here, there)
        except OSError:
            pass

    def pass_on(self, here, there):
        waiting = {here: b"", there: b""}
        lost = set()  # whose answer nobody hears
        while True:
            ready = [s for s in waiting if s.pending()] or select.select(
                list(waiting), [], [])[0]
            for sock in ready:
                data = sock.recv(65536)
                if not data:
                    return
                waiting[sock] += data
                while message_in(waiting[sock]):
                    size = message_in(waiting[sock])
                    message = waiting[sock][:size]
                    waiting[sock] = waiting[sock][size:]
                    if sock is there:
                        if parts(message)[0] in lost:
                            return
                        here.sendall(message)
                    elif not self.ask(here, there, message, lost):
                        return

    def ask(self, here, there, message, lost):
        number, tag, dn = parts(message)
        said = None
        if tag in (ADD, MODIFY, DELETE, RENAME):
            with self.lock:
                self.seen.append((time.time(), tag, dn))
                said = self.answer(tag, dn, message)
        if said == BEFORE:
            return False
        if said == LATE:
            here.close()
            self.go.wait(300)
            there.sendall(message)
            there.recv(65536)
            self.came.set()
            return False
        if said == AFTER:
            lost.add(number)
        if isinstance(said, tuple):
            here.sendall(result(number, tag, *said))
        else:
            there.sendall(message)
        return True

    def deliver(self):
        """Passes on what comes late."""
        self.go.set()
        return self.came.wait(60)

    def writes(self, tag, name):
        """When such a write to what has that name came."""
        with self.lock:
            return [at for at, is_, dn in self.seen
                    if is_ == tag and name.lower() in dn.lower()]
