"""A district that reads a server over HTTP, and what comes of each reading."""
import json
import os

import district as d


class Reader:
    def __init__(self, name, **settings):
        self.home = d.District(name)
        self.home.serve()  # so that no command starts Postgres
        self.settings = {"kind": "source", "name": "sis", **settings}
        self.apply()

    def apply(self, **more):
        """Settings that are None are left out."""
        self.settings.update(more)
        path = os.path.join(self.home.home, "source.yaml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({k: v for k, v in self.settings.items()
                       if v is not None}, file)
        self.home.run("apply", path)

    def read(self, *flags):
        """Its exit code, and what it said."""
        done = self.home.run("import", "--source", "sis", *flags, ok=False)
        return done.returncode, (done.stdout + done.stderr).decode(
            errors="replace")

    def versions(self):
        return len(json.loads(self.home.run("versions", "-o",
                                            "json").stdout))


def taken(name, reader, versions=1, word=""):
    """What it said."""
    code, said = reader.read()
    d.check(name, (code != 0 or reader.versions() != versions or
                   word not in said) and
            "%d versions; %s" % (reader.versions(), said[-1500:]))
    return said


def refused(name, reader, word, versions=1):
    code, said = reader.read()
    d.check(name, (code == 0 or word not in said or
                   reader.versions() != versions) and
            "exit %d: %s" % (code, said[-1500:]))


def once(path, how):
    """A fault of the first request whose path has this in it."""
    left = [1]

    def fault(request):
        if path in request.handler.path and left:
            left.pop()
            return how(request)
        return False
    return fault


def always(path, how):
    return lambda request: path in request.handler.path and how(request)
