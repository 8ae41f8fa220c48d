#!/usr/bin/python3
# timeout: 600
"""A grant with pseudonyms and omitted fields, as its publisher sees it: no
original anywhere, by REST or in bundles, and the same pseudonym everywhere."""
import csv
import io
import json
import os
import sys
import urllib.parse
import zipfile

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
from district import (District, ROSTER_11, ROSTER_12, GRADEBOOK_12,  # noqa: E402
                      check, finish, next_link, read_csv)

GRANT = """
kind: grant
name: %s
scopes: [roster.readonly, roster-demographics.readonly, gradebook.readonly]
share: {schools: [school-0001], agents: true, demographics: true,
  gradebook: true}
fields:
  users: {sourcedId: pseudonymise, username: pseudonymise,
    userIds: pseudonymise, identifier: pseudonymise, email: pseudonymise,
    userMasterIdentifier: pseudonymise, phone: omit, sms: omit,
    metadata: omit}
  userProfiles: {sourcedId: pseudonymise, username: pseudonymise}
  roles: {sourcedId: pseudonymise}
  enrollments: {sourcedId: pseudonymise}
  orgs: {identifier: pseudonymise}
"""

PATHS = [ROSTER_11 + "/" + c for c in (
    "users", "students", "teachers", "enrollments", "demographics", "classes",
    "orgs", "results", "lineItems")] + [ROSTER_12 + "/" + c for c in (
        "users", "students", "teachers", "enrollments", "demographics",
        "classes", "orgs", "schools/school-0001/students")] + [
            GRADEBOOK_12 + "/results"]


def originals(folders):
    """What no reader may see, of a week of files."""
    found = set()
    for folder in folders:
        for row in read_csv(folder, "users"):
            found |= {row[c] for c in ("sourcedId", "username", "identifier",
                                       "email", "userMasterIdentifier",
                                       "phone", "sms")}
            for pair in row["userIds"].replace("},{", "} {").split(" "):
                found.add(pair.strip("{}").partition(":")[2])
        for file, column in (("userProfiles", "username"),
                             ("userProfiles", "sourcedId"),
                             ("roles", "sourcedId"),
                             ("enrollments", "sourcedId"),
                             ("orgs", "identifier")):
            found |= {row[column] for row in read_csv(folder, file)}
    # A short number may stand within a pseudonym, by chance.
    return [form.encode() for o in found if o for form in (
        (o,) if len(o) > 9 else ('"%s"' % o, ",%s," % o, ":%s}" % o))]


def tell(name, data, forbidden):
    seen = [o for o in forbidden if o in data]
    check(name, "%d, such as %r" % (len(seen), seen[0]) if seen else None)


def pull(home, token, path, limit):
    """All rows by the next links, and every byte that came."""
    rows, data = [], b""
    url = "%s?limit=%d" % (path, limit)
    while url:
        answer = home.get(url, token)
        if answer.status != 200:
            raise SystemExit("not ok %s: %d %r" % (url, answer.status,
                                                   answer.body[:300]))
        link = answer.headers.get("Link", "")
        data += answer.body + urllib.parse.unquote(link).encode()
        page = answer.json()
        page.pop("statusInfoSet", None)
        rows += next(iter(page.values()))
        url = next_link(link)
    return rows, data


def bundle(home, name, file, *flags):
    """{file: {sourcedId: row}} and every byte of its files."""
    home.run("export", "--application", name, *flags, file)
    found, data = {}, b""
    with zipfile.ZipFile(file) as z:
        for entry in z.namelist():
            text = z.read(entry)
            data += text
            rows = csv.DictReader(io.StringIO(text.decode(), newline=""))
            found[entry] = {r.get("sourcedId"): r for r in rows}
    return found, data


def active(rows):
    return {r["sourcedId"] for r in rows if r["status"] == "active"}


def by_rest(home, token, forbidden):
    pulled = {}
    for path in PATHS:
        small, data = pull(home, token, path, 23)
        large, more = pull(home, token, path, 5000)
        tell("100 no original in " + path, data + more, forbidden)
        pulled[path] = large
        check("101 page by page or at once, %s is the same" % path,
              None if [r["sourcedId"] for r in small] ==
              [r["sourcedId"] for r in large] and small else "%d, %d" %
              (len(small), len(large)))
    users = active(pulled[ROSTER_12 + "/users"])
    check("102 both versions call them the same",
          None if users == active(pulled[ROSTER_11 + "/users"]) else "no")
    for path, member in ((ROSTER_12 + "/enrollments", "user"),
                         (ROSTER_11 + "/enrollments", "user"),
                         (GRADEBOOK_12 + "/results", "student")):
        odd = [r for r in pulled[path] if r["status"] == "active" and
               r[member]["sourcedId"] not in users]
        check("103 references of %s lead to users" % path, odd[:1])
        one = home.get(pulled[path][0][member]["href"], token)
        check("104 and so do their hrefs", None if one.status == 200 and
              one.json()["user"]["sourcedId"] in users else str(one.body))
    odd = active(pulled[ROSTER_12 + "/demographics"]) - users
    check("105 demographics have the users' ids", sorted(odd)[:1])
    agents = {a["sourcedId"] for r in pulled[ROSTER_12 + "/users"]
              for a in r.get("agents", [])}
    check("106 agents are users", None if agents and agents <= users else
          str(sorted(agents - users)[:1]))
    return pulled


def single(home, token, pulled, folder):
    user = next(r for r in pulled[ROSTER_12 + "/students"]
                if r.get("email") and r["status"] == "active")
    key = user["sourcedId"]
    for path in ("/users/%s", "/students/%s", "/users/%s/classes"):
        for base in (ROSTER_11, ROSTER_12):
            answer = home.get(base + path % key, token)
            check("110 %s by pseudonym" % (base + path),
                  None if answer.status == 200 else str(answer.status))
            real = [home.get(base + path % r["sourcedId"], token).status
                    for r in read_csv(folder, "users")[:20]]
            check("111 %s by the real id" % (base + path),
                  None if set(real) == {404} else str(set(real)))
    check("112 an address of nobody", None if user["email"] ==
          key + "@pseudonym.invalid" else user["email"])
    for clause in ("username='%s'" % user["username"],
                   "email='%s'" % user["email"], "sourcedId='%s'" % key):
        rows = home.get(ROSTER_12 + "/users?filter=" +
                        urllib.parse.quote(clause), token).json()["users"]
        check("113 filter by %s" % clause.split("=")[0],
              None if [r["sourcedId"] for r in rows] == [key] else str(rows))
    for row in read_csv(folder, "users")[:5]:
        for field in ("username", "email", "sourcedId", "phone"):
            clause = "%s='%s'" % (field, row[field])
            rows = home.get(ROSTER_12 + "/users?filter=" +
                            urllib.parse.quote(clause), token).json()["users"]
            check("114 no guess of %s is confirmed" % field,
                  str(rows)[:100] if rows and row[field] else None)


def omitted(home, token, pulled):
    odd = [r for p in (ROSTER_11, ROSTER_12) for r in pulled[p + "/users"]
           if {"phone", "sms", "metadata"} & set(r)]
    check("120 what is omitted is absent", str(odd[:1]) if odd else None)
    for query, want in (("fields=sourcedId,phone", True),
                        ("sort=phone", True), ("filter=phone~'0'", False),
                        ("filter=phone>'0'", False),
                        ("filter=metadata.homeLanguage~'e'", False)):
        answer = home.get(ROSTER_12 + "/users?" +
                          urllib.parse.quote(query, safe="=,"), token)
        rows = answer.json().get("users", [])
        check("121 " + query, None if answer.status == 200 and
              bool(rows) == want and b"phone" not in answer.body else
              str(answer.body[:200]))


def bundles(home, forbidden, pulled):
    """Day one in bulk, then a day's changes."""
    before = {f: bundle(home, "one", "one-%s.zip" % f, "--format", f)
              for f in ("1.1", "1.2")}
    for f, (rows, data) in before.items():
        tell("130 no original in the bundle of " + f, data, forbidden)
        path = (ROSTER_11 if f == "1.1" else ROSTER_12) + "/users"
        check("131 %s: users are called as by REST" % f,
              None if set(rows["users.csv"]) == active(pulled[path]) else "no")
        odd = [r for r in rows["users.csv"].values() if r["phone"] or r["sms"]]
        check("132 %s: what is omitted is blank" % f, odd[:1])
        odd = [r for r in rows["enrollments.csv"].values()
               if r["userSourcedId"] not in rows["users.csv"]]
        check("133 %s: enrollments refer to users" % f, odd[:1])
    other = {f: bundle(home, "two", "two-%s.zip" % f, "--format", f)[0]
             for f in ("1.1", "1.2")}
    check("134 another grant has pseudonyms of its own", None if not (
        set(other["1.2"]["users.csv"]) & set(before["1.2"][0]["users.csv"]))
        and len(other["1.2"]["users.csv"]) ==
        len(before["1.2"][0]["users.csv"]) else "no")
    home.run("import", "--accept", "day1")
    for f in ("1.1", "1.2"):
        since = len(versions(home)) - 1
        delta, data = bundle(home, "one", "delta-%s.zip" % f, "--format", f,
                             "--since", str(since))
        tell("135 no original in the delta of " + f, data, forbidden)
        now, data = bundle(home, "one", "now-%s.zip" % f, "--format", f)
        tell("136 nor in the next bundle", data, forbidden)
        replayed(before[f][0], delta, now, f)


def versions(home):
    return json.loads(home.run("versions", "-o", "json").stdout)


def replayed(before, delta, now, f):
    have = {n: dict(rows) for n, rows in before.items()}
    stable = 0
    for name, rows in delta.items():
        if name == "manifest.csv":
            continue
        for key, row in rows.items():
            stable += key in before.get(name, {})
            have.setdefault(name, {}).pop(key, None)
            if row["status"] != "tobedeleted":
                have[name][key] = dict(row, status="", dateLastModified="")
    want = {n: rows for n, rows in now.items() if n != "manifest.csv"}
    have = {n: rows for n, rows in have.items()
            if rows and n != "manifest.csv"}
    odd = [n for n in set(have) | set(want) if have.get(n) != want.get(n)]
    check("137 %s: the delta adds up" % f, odd)
    check("138 %s: it speaks of records that were known" % f,
          None if stable else "of none")


def unmasked(home, token):
    """Under their own ids again, and fewer of them: what is gone was known by
    other names, so it is not told of."""
    shared = GRANT.partition("fields:")[0].replace("school-0001",
                                                   "school-0002")
    with open("own.yaml", "w") as file:
        file.write(shared % "one" + "fields: {users: {phone: omit}}\n")
    home.run("apply", "own.yaml")
    for path in ("/users", "/demographics", "/students"):
        rows, _ = home.pull(ROSTER_12 + path, token)
        gone = [r["sourcedId"] for r in rows if r["status"] != "active"]
        check("160 no id of what is not shared in " + path,
              None if rows and not gone else str(gone[:1]))
    rows, _ = home.pull(ROSTER_12 + "/users", token)
    real = {r["sourcedId"] for r in read_csv("day0", "users")} | {
        r["sourcedId"] for r in read_csv("day1", "users")}
    check("161 and they are called by their own ids",
          None if {r["sourcedId"] for r in rows} <= real else "no")


def main():
    home = District("home")
    home.run("generate", "day0", "--students", "200")
    home.run("generate", "day1", "--students", "200", "--churn", "8",
             "--from", "day0")
    forbidden = originals(["day0", "day1"])
    home.run("import", "day0")
    credentials = home.application("one")
    home.application("two")
    for name in ("one", "two"):
        with open("grant.yaml", "w") as file:
            file.write(GRANT % name)
        home.run("apply", "grant.yaml")
    home.serve()
    token = home.token(credentials)
    pulled = by_rest(home, token, forbidden)
    single(home, token, pulled, "day0")
    omitted(home, token, pulled)
    bundles(home, forbidden, pulled)
    again, data = pull(home, token, ROSTER_12 + "/users", 5000)
    tell("140 no original the next day", data, forbidden)
    known = active(pulled[ROSTER_12 + "/users"])
    check("141 and nearly all are called as before", None if
          len(known & active(again)) > 0.8 * len(known) else "no")
    with open("full.yaml", "w") as file:
        file.write(GRANT % "one" + "access: full\n")
    refused = home.run("apply", "full.yaml", ok=False)
    check("150 who shares everything withholds nothing", None if
          refused.returncode == 1 and b"shares everything" in refused.stderr
          else str(refused.stderr))
    unmasked(home, token)
    finish()


main()
