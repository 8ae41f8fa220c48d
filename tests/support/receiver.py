#!/usr/bin/python3
"""Receives mail and webhooks, and misbehaves when it is told to.

usage: receiver.py FOLDER [CERTIFICATE KEY]

FOLDER/ports says where it listens: mail that wants encryption and a password,
mail that offers neither, webhooks. What comes is kept as FOLDER/mail.N and
FOLDER/hook.N. FOLDER/mood is read each time: busy (not now), never, or one
(the recipient nobody@… is refused).
"""
import asyncio
import json
import os
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.smtp import SMTP, AuthResult

folder = sys.argv[1]


def mood():
    try:
        with open(folder + "/mood") as file:
            return file.read().strip()
    except FileNotFoundError:
        return ""


def keep(kind, text):
    number = len([n for n in os.listdir(folder) if n.startswith(kind)]) + 1
    with open("%s/.%s" % (folder, kind), "w") as file:
        file.write(text)
    os.rename("%s/.%s" % (folder, kind), "%s/%s.%d" % (folder, kind, number))


class Mail:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if mood() == "one" and address.startswith("nobody@"):
            return "550 there is nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if mood() == "busy":
            return "451 come back later"
        if mood() == "never":
            return "554 we will not have it"
        keep("mail", "envelope %s > %s\n%s" % (
            envelope.mail_from, " ".join(envelope.rcpt_tos),
            envelope.content.decode("ascii")))
        return "250 OK"


def let_in(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"homeroom", b"sesame")
    return AuthResult(success=good, handled=False)


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = {"busy": 503, "never": 404}.get(mood(), 200)
        if status == 200:
            keep("hook", json.dumps({"headers": dict(self.headers),
                                     "body": body.decode()}))
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


async def main():
    loop = asyncio.get_running_loop()
    ports = []
    if len(sys.argv) > 3:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(sys.argv[2], sys.argv[3])
        safe = await loop.create_server(
            lambda: SMTP(Mail(), tls_context=tls, require_starttls=True,
                         authenticator=let_in, auth_required=True),
            "127.0.0.1", 0)
        ports.append(safe.sockets[0].getsockname()[1])
    plain = await loop.create_server(lambda: SMTP(Mail()), "127.0.0.1", 0)
    ports.append(plain.sockets[0].getsockname()[1])
    hooks = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=hooks.serve_forever, daemon=True).start()
    ports.append(hooks.server_port)
    with open(folder + "/.ports", "w") as file:
        print(*ports, file=file)
    os.rename(folder + "/.ports", folder + "/ports")
    await asyncio.Event().wait()


asyncio.run(main())
