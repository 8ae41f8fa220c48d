#!/usr/bin/env python3
# timeout: 900
"""A district's directory, which had accounts before us: they are adopted,
the others are made, and a second run finds nothing to do. Then a school year:
who joins, moves, leaves, comes back; after each night the directory is what
the rules say, and nothing protected was touched."""
import datetime
import os
import sys

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"], "tests",
                                "support"))
from district import check, finish
from school import BASE, Controller, Provisioned, School, day, differences

# Under the sanitizers, fewer people and nights.
RELEASE = os.environ.get("HOMEROOM_TEST_MODE") == "release"
STUDENTS = int(os.environ.get("HOMEROOM_TEST_STUDENTS",
                              "300" if RELEASE else "60"))
MESSY = STUDENTS // 6
STEP = int(os.environ.get("HOMEROOM_TEST_DAYS", "14" if RELEASE else "30"))


def user(name, place, **values):
    lines = ["dn: CN=%s,%s" % (name, place), "objectClass: user",
             "sAMAccountName: " + values.pop("login", name),
             "userAccountControl: 512"]
    return "\n".join(lines + ["%s: %s" % v for v in values.items()]) + "\n\n"


def unit(name, place=BASE):
    return "dn: OU=%s,%s\nobjectClass: organizationalUnit\n\n" % (name, place)


def messy(school):
    """Accounts from before: whose they are is known by number or by mail."""
    ldif = unit("Old") + unit("Service Accounts")
    students = [p for p in school.people.values() if p.role == "student"]
    for i, p in enumerate(students[:MESSY]):
        values = {"description": "from before", "login": "old%04d" % i}
        if i % 3 == 0:
            values["mail"] = p.email()
        else:
            values["employeeNumber"] = p.id
        ldif += user("Old %04d" % i, "OU=Old," + BASE, **values)
    twice = students[MESSY]
    for i in range(2):
        ldif += user("Twice %d" % i, "OU=Old," + BASE, login="twice%d" % i,
                     mail=twice.email())
    for i in range(5):
        ldif += user("Orphan %d" % i, "OU=Old," + BASE, login="orphan%d" % i)
    ldif += user("svc-backup", "OU=Service Accounts," + BASE)
    return ldif, twice


def untouched(controller):
    return sorted(
        (e["sAMAccountName"][0], e["objectGUID"][0], e["uSNChanged"][0],
         e["dn"][0])
        for e in controller.entries("(|(cn=Orphan*)(cn=svc-*)(cn=Twice 1))"))


school = School(STUDENTS, STUDENTS // 10)
controller = Controller()
ldif, twice = messy(school)
controller.add(ldif)
controller.sh("start")
before = {e["sAMAccountName"][0]: e["objectGUID"][0]
          for e in controller.entries("(cn=Old*)")}
others = untouched(controller)
homeroom = Provisioned(controller)

# --- the first night ---------------------------------------------------------

today = day("2025-09-01")
homeroom.at(today)
school.write("bundle")
homeroom.run("import", "bundle")
homeroom.run("apply", "rules.yaml")
planned = homeroom.actions("plan", "school")
kinds = [a["action"] for a in planned]
check("plan: accounts from before are adopted",
      kinds.count("adopt") != MESSY and "%d adopted" % kinds.count("adopt"))
asked = [a["person"] for a in planned if a["action"] == "ask"]
check("plan: who could be two waits", asked != [twice.id] and str(asked))
check("plan: nothing is done", untouched(controller) != others)
done = homeroom.run("sync", "school", "-o", "json", ok=False)
check("sync", done.returncode and done.stderr.decode()[-900:])
after = {e["sAMAccountName"][0]: e["objectGUID"][0]
         for e in controller.entries("(description=from before)")}
check("adopted: the same accounts", after != before and "others: %d, %d" % (
    len(before), len(after)))
wrong = differences(school, controller, today)
check("made: all but who waits",
      wrong != twice.id + " has no account" and wrong)
homeroom.run("account", "school", "twice0", "--person", twice.id)
homeroom.run("sync", "school")
school.night(today)
wrong = differences(school, controller, today)
check("linked by hand: all are there", wrong)
again = homeroom.actions("sync", "school")
check("again: nothing is planned", again and str(again[:5]))
whole = homeroom.actions("plan", "school", "--whole")
check("read as a whole: nothing is planned", whole and str(whole[:5]))
check("others are untouched", untouched(controller) != others)

# --- the year ----------------------------------------------------------------


def events(today):
    """What the source has otherwise than yesterday."""
    rng = school.rng
    there = [p for p in school.people.values()
             if p.end is None and not p.missing and p.begin <= today]
    for _ in range(2):
        school.join("student", today + datetime.timedelta(days=20))
    school.join("teacher", today)
    for p in rng.sample(there, 4):
        if p.role == "student":
            p.school = rng.choice(["north", "south", "west"])
        else:
            p.family += "-Reyes"
    leaving = rng.sample([p for p in there if p.id != twice.id], 3)
    leaving[0].end = today
    leaving[1].end = today + datetime.timedelta(days=STEP)
    leaving[2].end = today - datetime.timedelta(days=1)
    back = [p for p in school.people.values()
            if p.end is not None and p.end < today and not p.missing]
    for p in rng.sample(back, min(2, len(back))):
        p.end = None


def roll_over(today):
    """The new year begins; who was in grade 12 is gone."""
    school.years.append(("sy26", "2026-08-17", "2027-06-12", "2027"))
    for p in school.people.values():
        if p.role == "student" and p.grade == "12" and p.end is None:
            p.end = today
        elif p.role == "student":
            p.grade = "%02d" % min(12, int(p.grade) + 1)


nights, rolled, planned = 0, False, {}
anchors = {}
while today < day("2026-10-01"):
    today += datetime.timedelta(days=STEP)
    homeroom.at(today)
    if not rolled and today >= day("2026-07-01"):
        roll_over(today)
        rolled = True
    events(today)
    school.write("bundle")
    homeroom.run("import", "bundle")
    done = homeroom.run("sync", "school", "-o", "json", ok=False)
    if done.returncode:
        check("night of %s" % today, done.stderr.decode()[-600:])
        break
    school.night(today)
    wrong = differences(school, controller, today)
    again = homeroom.run("plan", "school", "-o", "csv").stdout.decode()
    nights += 1
    if wrong or again.count("\n") != 1 or untouched(controller) != others:
        check("night of %s" % today, wrong or again[:900] or "others changed")
        break
else:
    check("%d nights: each time what the rules say" % nights)
gone = [p.id for p in school.people.values() if p.gone]
check("deleted: when due, and only then", not gone and "nobody was due")
finish()
