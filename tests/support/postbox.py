"""A mail server for tests in Python, and what came there."""
import base64
import os
import subprocess
import time

from district import SOURCE


class Postbox:
    """Takes mail over TLS (./mail.pem) from who knows the password; what came,
    and its mood, are files in ./in (receiver.py)."""

    def __init__(self):
        os.makedirs("in")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-keyout", "mail.key", "-out", "mail.pem", "-days", "2", "-subj",
             "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
            check=True, stderr=subprocess.DEVNULL)
        self.receiver = subprocess.Popen(
            ["/usr/bin/python3", SOURCE + "/tests/support/receiver.py", "in",
             "mail.pem", "mail.key"], stdin=subprocess.DEVNULL)
        for _ in range(600):
            if os.path.exists("in/ports"):
                break
            time.sleep(0.1)
        with open("in/ports") as f:
            self.port = f.read().split()[0]

    def mails(self):
        """Recipients → texts, of all that came."""
        out = {}
        for name in sorted(os.listdir("in")):
            if name.startswith("mail."):
                with open("in/" + name) as f:
                    head, body = f.read().split("\n\n", 1)
                to = head.split("\n")[0].split(" > ")[1]
                out.setdefault(to, []).append(base64.b64decode(body).decode())
        return out

    def close(self):
        self.receiver.terminate()
        self.receiver.wait(60)
