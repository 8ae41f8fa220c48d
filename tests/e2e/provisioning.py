#!/usr/bin/env python3
# timeout: 1800
"""A district's directory, which had accounts before us: they are adopted,
the others are made, and a second run finds nothing to do. Then a school year:
who joins, moves, teaches, goes on leave, is missing, leaves, comes back; and
what people do there by hand. After each night the directory is exactly what
the rules say, and nothing else in it was touched."""
import datetime
import os
import sys

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"], "tests",
                                "support"))
from district import check, finish
from school import BASE, Controller, Provisioned, School, day, differences
from year import Hands, Source, Witness, edit, group

# Under the sanitizers, fewer people and nights.
RELEASE = os.environ.get("HOMEROOM_TEST_MODE") == "release"
STUDENTS = int(os.environ.get("HOMEROOM_TEST_STUDENTS",
                              "2000" if RELEASE else "60"))
MESSY = min(500, STUDENTS // 4)
# From night to night, again and again: two of each four weeks, so that it is
# seen of a deletion that it is neither early nor late.
STEPS = [int(n) for n in os.environ.get(
    "HOMEROOM_TEST_DAYS", "1 27" if RELEASE else "28").split()]
LAST = day("2026-10-01")

# Beside those of all: classes, a place where nobody may touch anything.
RULES = [("groups:\n", """groups:
  - { name: { concat: [ "class-", { copy: class.classCode } ] }, place: [ Groups ], each: class, mode: exact }
"""), ("thresholds:\n", """protect: { places: [ Board ] }
thresholds:
""")]

SIS = """
kind: source
name: sis
type: oneroster
path: %s/bundle
ready: { stableSeconds: 0 }
absent: { after: 3 }
limits: { schools: { classes: any, enrollments: any } }
"""


def user(name, place, **values):
    lines = ["dn: CN=%s,%s" % (name, place), "objectClass: user",
             "sAMAccountName: " + values.pop("login", name),
             "userAccountControl: 512"]
    return "\n".join(lines + ["%s: %s" % v for v in values.items()]) + "\n\n"


def unit(name, place=BASE):
    return "dn: OU=%s,%s\nobjectClass: organizationalUnit\n\n" % (name, place)


def messy(students):
    """Accounts from before: whose they are is known by number or by mail."""
    old = "OU=Old," + BASE
    ldif = unit("Old") + unit("Service Accounts") + unit("Board")
    ldif += "dn: CN=Chess,%s\nobjectClass: group\nsAMAccountName: Chess\n\n" \
        % old
    # A group that is exact from now on: some are in it with right.
    ldif += unit("Groups")
    for i, p in enumerate(students[:MESSY]):
        values = {"description": "from before", "login": "old%04d" % i}
        if i % 3 == 0:
            values["mail"] = p.email()
        else:
            values["employeeNumber"] = p.id
        ldif += user("Old %04d" % i, old, **values)
    for i in range(5):
        ldif += user("Orphan %d" % i, old, login="orphan%d" % i)
    ldif += user("svc-backup", "OU=Service Accounts," + BASE)
    ldif += "dn: %s\nobjectClass: group\nsAMAccountName: students-north\n" \
        "%s\n" % (group("students-north"), "".join(
            "member: CN=Old %04d,%s\n" % (i, old)
            for i in range(MESSY // 2)))
    twice, board, admin = students[MESSY:MESSY + 3]
    for i in range(2):
        ldif += user("Twice %d" % i, old, login="twice%d" % i,
                     mail=twice.email(), description="from before")
    ldif += user("Board", "OU=Board," + BASE, login="board",
                 employeeNumber=board.id)
    ldif += user("Admin", old, login="admin", employeeNumber=admin.id,
                 adminCount=1)
    return ldif


school = School(STUDENTS, STUDENTS // 10, classes=True, absent=3)
students = [p for p in school.people.values() if p.role == "student"]
twice, board, admin, kept = students[MESSY:MESSY + 4]
board.guarded = admin.guarded = True
controller = Controller()
controller.add(messy(students))
controller.sh("start")
witness = Witness(school)
entries = controller.entries()
witness.protect(e for e in entries if "description" not in e or
                e["sAMAccountName"] == ["twice1"])
before = {e["objectGUID"][0] for e in entries if "description" in e}
homeroom = Provisioned(controller)
rules = homeroom.rules
for old, new in RULES:
    assert old in rules
    rules = rules.replace(old, new, 1)
with open("rules.yaml", "w") as f:
    f.write(rules + "---" + SIS % os.getcwd())

# --- the first night ---------------------------------------------------------


def take_in(today):
    school.write("bundle")
    homeroom.run("import", "--source", "sis")
    school.reading(today)


def wrong(today):
    """All that is otherwise than it ought to be."""
    global entries
    school.night(today)
    entries = controller.entries()
    return differences(school, controller, today, entries) or \
        witness.differences(entries)


today = day("2025-09-01")
homeroom.at(today)
homeroom.run("apply", "rules.yaml")
take_in(today)
planned = homeroom.actions("plan", "school")
kinds = [a["action"] for a in planned]
check("plan: accounts from before are adopted",
      kinds.count("adopt") != MESSY + 2 and
      "%d adopted" % kinds.count("adopt"))
asked = [a["person"] for a in planned if a["action"] == "ask"]
check("plan: who could be two waits", asked != [twice.id] and str(asked))
check("plan: nothing is done", controller.entries() != entries)
done = homeroom.run("sync", "school", "-o", "json", ok=False)
check("sync", done.returncode and done.stderr.decode()[-900:])
found = wrong(today)
check("made: all but who waits", found != twice.id + " has no account" and
      found)
homeroom.run("account", "school", "twice0", "--person", twice.id)
homeroom.run("sync", "school")
check("linked by hand: all are there", wrong(today))
adopted = {e["objectGUID"][0] for e in entries if "description" in e}
check("adopted: the same accounts", adopted != before and
      "others: %d, %d" % (len(before), len(adopted)))
again = homeroom.actions("sync", "school")
check("again: nothing is planned", again and str(again[:5]))
whole = homeroom.actions("plan", "school", "--whole")
check("read as a whole: nothing is planned", whole and str(whole[:5]))

# --- the year ----------------------------------------------------------------

login = witness.accounts[kept.id][1]
homeroom.run("account", "school", login, "--protect")
kept.guarded = True
service = "CN=svc-backup,OU=Service Accounts," + BASE
controller.change(edit(group("students-west"), "add", "member", service))
witness.protect(e for e in controller.entries() if e["dn"] == [service] or
                e["sAMAccountName"] == [login])
source = Source(school, max(1, STUDENTS // 700))
hands = Hands(school, controller, witness)
nights, deleted, found = 0, 0, None
while not found and today < LAST:
    today += datetime.timedelta(days=STEPS[nights % len(STEPS)])
    homeroom.at(today, school.rng.randint(6, 20))
    source.changes(today)
    if nights == 4:
        kept.end = board.end = admin.end = today
    hands.changes(entries, source.there(today))
    take_in(today)
    had = sum(p.gone for p in school.people.values())
    done = homeroom.run("sync", "school", "-o", "json", ok=False)
    found = done.returncode and done.stderr.decode()[-600:] or wrong(today)
    deleted += sum(p.gone for p in school.people.values()) - had
    if not found:
        again = homeroom.actions("sync", "school") + (
            homeroom.actions("plan", "school", "--whole")
            if nights % 4 == 0 else [])
        found = again and "again: %s" % again[:5]
    nights += 1
check("%d nights: each time what the rules say, and no more" % nights,
      found and "%s: %s" % (today, found))
check("%d deleted, when they were due" % deleted, deleted < nights // 4)
finish()
