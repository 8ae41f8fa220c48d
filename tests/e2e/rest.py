#!/usr/bin/python3
# timeout: 600
"""OneRoster over REST as a source: a district of ours reads another one of
ours, by all versions and proofs, and has the same roster then."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402

USUAL = ["orgs", "academicSessions", "courses", "classes", "users",
         "enrollments"]
ALL = USUAL + ["demographics", "resources"]


def plain(value):
    """Without what tells servers apart: addresses, times, the order of roles."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()
                if k not in ("href", "dateLastModified")}
    if isinstance(value, list):
        return sorted((plain(v) for v in value), key=json.dumps)
    return value


def roster(home, token, lists, base=None):
    found = {}
    for name in lists:
        path = base or (d.RESOURCES_12 if name == "resources" else d.ROSTER_12)
        rows, _ = home.pull(path + "/" + name, token)
        found[name] = {row["sourcedId"]: plain(row) for row in rows
                       if row["status"] == "active"}
    return found


def difference(ours, theirs):
    for name, rows in theirs.items():
        mine = ours[name]
        for key in set(rows) | set(mine):
            if rows.get(key) != mine.get(key):
                return "%s %s: %s instead of %s" % (
                    name, key, mine.get(key), rows.get(key))
    return None


class Reader:
    """A district whose source is another one."""

    def __init__(self, name, up, credentials, **settings):
        self.home = d.District(name)
        self.settings = {
            "kind": "source", "name": "sis", "type": "oneroster-rest",
            "url": up.base + "/ims/oneroster",
            "clientId": credentials[0], "clientSecret": credentials[1],
            "tokenUrl": up.base + "/oauth/token", "pageSize": "37", **settings}
        self.apply()

    def apply(self, **settings):
        self.settings.update(settings)
        path = os.path.join(self.home.home, "source.yaml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({k: v for k, v in self.settings.items()
                       if v is not None}, file)
        self.home.run("apply", path)

    def read(self, *flags):
        return self.home.run("import", "--source", "sis", *flags, ok=False)

    def versions(self):
        return len(json.loads(
            self.home.run("versions", "-o", "json").stdout))

    def roster(self, lists, base=None):
        if self.home.server is None:
            self.credentials = self.home.application("all", "--full")
            self.home.serve()
        return roster(self.home, self.home.token(self.credentials), lists,
                      base)


def said(done):
    return (done.stdout + done.stderr).decode(errors="replace")[-1500:]


def reads(name, reader, wanted, lists, base=None):
    done = reader.read()
    if d.check(name + ": is taken in", done.returncode and said(done)):
        d.check(name + ": is the same roster",
                difference(reader.roster(lists, base), wanted))
        done = reader.read()
        d.check(name + ": a second reading changes nothing",
                (done.returncode or reader.versions() != 1) and said(done))


def main():
    up = d.District("up")
    up.run("generate", "day1", "--students", "100")
    up.run("import", "day1")
    credentials = up.application("reader", "--full")
    up.run("application", "oauth1", "reader", "--enable")
    up.serve()
    token = up.token(credentials)
    twelve = roster(up, token, ALL)
    eleven = roster(up, token, ALL, d.ROSTER_11)
    reads("1.2", Reader("down12", up, credentials, entities=ALL), twelve, ALL)
    reads("1.1", Reader("down11", up, credentials, version="1.1",
                        entities=ALL), eleven, ALL, d.ROSTER_11)
    signer = json.loads(up.run("application", "oauth1", "reader", "--enable",
                               "-o", "json").stdout)[0]
    signer = signer["clientId"], signer["clientSecret"]
    for auth in "oauth1", "oauth1-sha1":
        reads("1.1 by " + auth,
              Reader(auth, up, signer, version="1.1", auth=auth,
                     tokenUrl=None, entities=ALL), eleven, ALL, d.ROSTER_11)


def pulled(up, reader, token, lists, base):
    base = base if base == d.ROSTER_11 else None
    return difference(reader.roster(lists, base),
                      roster(up, token, lists, base))


def deltas():
    """Day by day, of which every third is read in full."""
    up = d.District("source")
    up.run("generate", "d1", "--students", "100")
    up.run("import", "d1")
    credentials = up.application("reader", "--full")
    up.serve()
    token = up.token(credentials)
    for version, base in ("1.2", d.ROSTER_12), ("1.1", d.ROSTER_11):
        reader = Reader("delta" + version, up, credentials, version=version,
                        fullEvery="3", overlapMinutes="0", entities=ALL,
                        limits={"users": {"changed": "100%"}})
        for day in range(1, 5):
            if day > 1 and not os.path.exists("d%d" % day):
                up.run("generate", "d%d" % day, "--from", "d%d" % (day - 1),
                       "--churn", "3")
            up.run("import", "--accept", "d%d" % day)
            token = up.token(credentials)
            done = reader.read()
            name = "%s, day %d" % (version, day)
            d.check(name + " is taken in", done.returncode and said(done))
            delta = b" delta " in done.stdout
            d.check(name + (": the delta" if day in (2, 3) else ": the whole"),
                    delta != (day in (2, 3)) and said(done))
            d.check(name + " is the same roster",
                    pulled(up, reader, token, ALL, base))
        reader.home.run("rollback", "1")
        done = reader.read()
        d.check(version + ": after a rollback, everything is read",
                b" delta " in done.stdout and said(done))
        up.run("import", "--accept", "d1")


main()
deltas()
d.finish()
