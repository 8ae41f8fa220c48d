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
from reader import Reader, taken  # noqa: E402

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


class Copy(Reader):
    """A district of what another one of ours has."""

    def __init__(self, name, up, credentials, **settings):
        super().__init__(name, **{
            "type": "oneroster-rest", "url": up.base + "/ims/oneroster",
            "tokenUrl": up.base + "/oauth/token", "pageSize": "37",
            "clientId": credentials[0], "clientSecret": credentials[1],
            **settings})
        self.credentials = self.home.application("all", "--full")

    def roster(self, lists, base=None):
        return roster(self.home, self.home.token(self.credentials), lists,
                      base)


def reads(name, reader, wanted, lists, base=None):
    code, said = reader.read()
    if d.check(name + ": is taken in", code and said[-1500:]):
        d.check(name + ": is the same roster",
                difference(reader.roster(lists, base), wanted))
        taken(name + ": a second reading changes nothing", reader)


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
    reads("1.2", Copy("down12", up, credentials, entities=ALL), twelve, ALL)
    reads("1.1", Copy("down11", up, credentials, version="1.1",
                        entities=ALL), eleven, ALL, d.ROSTER_11)
    signer = json.loads(up.run("application", "oauth1", "reader", "--enable",
                               "-o", "json").stdout)[0]
    signer = signer["clientId"], signer["clientSecret"]
    for auth in "oauth1", "oauth1-sha1":
        reads("1.1 by " + auth,
              Copy(auth, up, signer, version="1.1", auth=auth,
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
        reader = Copy("delta" + version, up, credentials, version=version,
                        fullEvery="3", overlapMinutes="0", entities=ALL,
                        limits={"users": {"changed": "100%"}})
        for day in range(1, 5):
            if day > 1 and not os.path.exists("d%d" % day):
                up.run("generate", "d%d" % day, "--from", "d%d" % (day - 1),
                       "--churn", "3")
            up.run("import", "--accept", "d%d" % day)
            token = up.token(credentials)
            code, said = reader.read()
            name = "%s, day %d" % (version, day)
            d.check(name + " is taken in", code and said[-1500:])
            d.check(name + (": the delta" if day in (2, 3) else ": the whole"),
                    (" delta " in said) != (day in (2, 3)) and said[-1500:])
            d.check(name + " is the same roster",
                    pulled(up, reader, token, ALL, base))
        reader.home.run("rollback", "1")
        _, said = reader.read()
        d.check(version + ": after a rollback, everything is read",
                " delta " in said and said[-1500:])
        up.run("import", "--accept", "d1")


main()
deltas()
d.finish()
