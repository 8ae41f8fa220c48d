"""A served district for tests in Python: imports bundles, makes applications,
asks over HTTP. Everything lies in the test's own folder and ends with it."""
import atexit
import base64
import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

HOMEROOM = os.environ["HOMEROOM_BINARY"]
SOURCE = os.environ["HOMEROOM_TEST_SOURCE"]
SHARED = os.path.join(SOURCE, "..", "shared")
ROSTER_12 = "/ims/oneroster/rostering/v1p2"
GRADEBOOK_12 = "/ims/oneroster/gradebook/v1p2"
RESOURCES_12 = "/ims/oneroster/resources/v1p2"
ROSTER_11 = "/ims/oneroster/v1p1"
failures = 0


def check(name, why=None):
    """One case: why is None or "" when it holds."""
    global failures
    if why:
        failures += 1
        print("not ok %s: %s" % (name, why), flush=True)
    else:
        print("ok " + name, flush=True)
    return not why


def finish():
    sys.exit(1 if failures else 0)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


def copy_home(to):
    """Of the runner's, where it has one; else it is made when it is used."""
    template = os.environ.get("HOMEROOM_TEST_HOME", "")
    if os.path.exists(to):
        return
    if os.path.exists(template):
        subprocess.run(["cp", "-a", template, to], check=True)
    os.makedirs(to, exist_ok=True)
    os.chmod(to, 0o755)


class District:
    def __init__(self, name="home", **settings):
        self.home = os.path.abspath(name)
        copy_home(self.home)
        self.port = free_port()
        self.base = "http://127.0.0.1:%d" % self.port
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith("HOMEROOM_")}
        self.env.update(HOMEROOM_HOME=self.home, HOMEROOM_LOG="warn",
                        HOMEROOM_LISTEN="127.0.0.1:%d" % self.port)
        self.env.update(settings)
        self.server = None
        atexit.register(self.close)

    def run(self, *args, ok=True):
        done = subprocess.run([HOMEROOM, *args], env=self.env,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, timeout=600)
        if ok and done.returncode != 0:
            raise SystemExit("not ok homeroom %s: %s%s" % (
                " ".join(args), done.stdout.decode(errors="replace"),
                done.stderr.decode(errors="replace")))
        return done

    def serve(self):
        self.server = subprocess.Popen([HOMEROOM, "serve"], env=self.env,
                                       stdin=subprocess.DEVNULL)
        for _ in range(1200):
            try:
                if self.get("/readyz").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise SystemExit("not ok serve: not ready in time")

    def close(self):
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(60)
        self.server = None

    def application(self, name, *flags):
        out = self.run("application", "create", name, "-o", "json", *flags)
        made = json.loads(out.stdout)
        made = made[0] if isinstance(made, list) else made
        return made["clientId"], made["clientSecret"]

    def token(self, credentials, scope=None):
        form = {"grant_type": "client_credentials"}
        if scope:
            form["scope"] = scope
        basic = base64.b64encode(":".join(credentials).encode()).decode()
        answer = self.get("/oauth/token", method="POST",
                          body=urllib.parse.urlencode(form).encode(),
                          headers={"Authorization": "Basic " + basic})
        if answer.status != 200:
            raise SystemExit("not ok token: %d %s" % (
                answer.status, answer.body))
        return answer.json()["access_token"]

    def get(self, path, token=None, method="GET", body=None, headers=None):
        url = path if path.startswith("http") else self.base + path
        request = urllib.request.Request(url, data=body, method=method,
                                         headers=headers or {})
        if token:
            request.add_header("Authorization", "Bearer " + token)
        try:
            with urllib.request.urlopen(request, timeout=60) as r:
                return Answer(r.status, r.headers, r.read())
        except urllib.error.HTTPError as e:
            return Answer(e.code, e.headers, e.read())

    def pull(self, path, token, limit=1000):
        """All pages of a collection by its next links; rows and total."""
        rows, total = [], None
        url = path + ("&" if "?" in path else "?") + "limit=%d" % limit
        while url:
            answer = self.get(url, token)
            if answer.status != 200:
                raise SystemExit("not ok pull %s: %d %s" % (
                    url, answer.status, answer.body[:300]))
            page = answer.json()
            page.pop("statusInfoSet", None)
            (found,) = page.values()
            rows += found
            total = int(answer.headers["X-Total-Count"])
            url = next_link(answer.headers.get("Link", ""))
        return rows, total


def next_link(header):
    for link in header.split(", "):
        if link.endswith('rel="next"'):
            return link[link.index("<") + 1:link.index(">")]
    return None


def read_csv(folder, file):
    path = os.path.join(folder, file + ".csv")
    if not os.path.exists(path):
        return []
    with open(path, newline="", encoding="utf-8-sig") as f:
        return list(csv.DictReader(f))
