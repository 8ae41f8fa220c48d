#!/usr/bin/python3
# timeout: 600
"""A publisher that asks for all it can get does not slow another."""
import http.client
import os
import selectors
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402

CONNECTIONS = 200
SMALL = d.ROSTER_12 + "/users?limit=100"
LARGE = d.ROSTER_12 + "/enrollments?limit=10000"


class Client:
    """One of the greedy publisher's connections: asks again as soon as it has
    been answered."""

    def __init__(self, port, request):
        self.request = request
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.ask()

    def ask(self):
        self.head, self.left = b"", None
        self.sent = time.monotonic()
        self.socket.sendall(self.request)

    def take(self):
        """What came; the status and the time, once the answer is whole."""
        data = self.socket.recv(1 << 20)
        if not data:
            return 0, time.monotonic() - self.sent
        if self.left is None:
            self.head += data
            head, blank, rest = self.head.partition(b"\r\n\r\n")
            if not blank:
                return None
            length = head.lower().split(b"content-length: ")[1].split()[0]
            self.left = int(length) - len(rest)
        else:
            self.left -= len(data)
        if self.left > 0:
            return None
        return int(self.head[9:12]), time.monotonic() - self.sent


def greedy(port, token):
    """Until the parent's end: then tells how it fared."""
    request = ("GET %s HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\n\r\n"
               % (LARGE, token)).encode()
    poll = selectors.DefaultSelector()
    clients = [Client(port, request) for _ in range(CONNECTIONS)]
    for client in clients:
        poll.register(client.socket, selectors.EVENT_READ, client)
    poll.register(0, selectors.EVENT_READ)
    print("asking", flush=True)
    times, statuses = [], {}
    while True:
        for key, _ in poll.select():
            if key.data is None:
                times += [time.monotonic() - c.sent for c in clients]
                print(sorted(times)[len(times) // 2], statuses)
                return
            done = key.data.take()
            if done:
                statuses[done[0]] = statuses.get(done[0], 0) + 1
                times.append(done[1])
                if done[0] == 0:
                    return
                key.data.ask()


def modest(home, token, path, count):
    """One connection, one request after the other: the 95th percentile."""
    link = http.client.HTTPConnection("127.0.0.1", home.port)
    times = []
    for _ in range(count):
        sent = time.monotonic()
        link.request("GET", path, headers={"Authorization": "Bearer " + token})
        answer = link.getresponse()
        answer.read()
        times.append(time.monotonic() - sent)
        if answer.status != 200:
            raise SystemExit("not ok modest: %d" % answer.status)
    link.close()
    return sorted(times)[int(count * 0.95)]


def beside(home, token, others):
    """The modest publisher's times while the greedy one asks."""
    asker = subprocess.Popen(
        [sys.executable, __file__, str(home.port), others],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    asker.stdout.readline()
    time.sleep(1)
    small = modest(home, token, SMALL, 100)
    large = modest(home, token, LARGE, 20)
    out, _ = asker.communicate(b"\n", timeout=60)
    waited, statuses = out.decode().split(" ", 1)
    return small, large, float(waited), statuses.strip()


def main():
    if len(sys.argv) > 1:
        greedy(int(sys.argv[1]), sys.argv[2])
        return
    home = d.District()
    home.run("generate", "day0", "--students", "1500")
    home.run("import", "day0")
    one = home.application("modest", "--full")
    two = home.application("greedy", "--full")
    home.serve()
    token, others = home.token(one), home.token(two)
    modest(home, token, SMALL, 20)
    small, large = (modest(home, token, SMALL, 100),
                    modest(home, token, LARGE, 20))
    small_beside, large_beside, waited, statuses = beside(home, token, others)
    print("# 95 of 100 alone: a page of 100 %.1f ms, of 10,000 %.1f ms" %
          (small * 1000, large * 1000))
    print("# beside %d connections: %.1f ms, %.1f ms; these waited %.1f ms %s" %
          (CONNECTIONS, small_beside * 1000, large_beside * 1000,
           waited * 1000, statuses))
    d.check("who asks much waits behind itself",
            waited < 5 * large_beside and "%.1f ms" % (waited * 1000))
    d.check("a small page hardly waits",
            small_beside > 5 * small + large and "%.1f ms" %
            (small_beside * 1000))
    d.check("a large one waits for a few of others'",
            large_beside > 6 * large and "%.1f ms" % (large_beside * 1000))
    d.finish()


main()
