#!/usr/bin/env python3
# timeout: 600
"""Plans as people meet them: thresholds hold one, an approval takes what was
listed and no more, the way back is a plan as well, some actions or one person
alone, what is protected stays, and what is not as it should be is found."""
import collections
import json
import os
import sys

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"], "tests",
                                "support"))
from district import check, finish
from school import (BASE, Controller, Provisioned, School, account_of, day,
                    differences)

school = School(40, 6, seed=3)
controller = Controller()
controller.add("dn: OU=Old,%s\nobjectClass: organizationalUnit\n\n"
               "dn: CN=Nobody,OU=Old,%s\nobjectClass: user\n"
               "sAMAccountName: nobody\nuserAccountControl: 512\n\n"
               % (BASE, BASE))
controller.sh("start")
today = day("2025-10-01")
homeroom = Provisioned(controller, today)
rules = homeroom.rules
LIMITS = "disable: { most: 5 }\n  delete: { percent: 60 }"
with open("rules.yaml", "w") as f:
    rules = rules.replace("disable: { percent: 60 }\n"
                          "  delete: { percent: 60 }", LIMITS)
    rules = rules.replace("\nthresholds:", "\nnames: { rename: alias }"
                          "\nthresholds:")
    staff = rules.index("name: staff")
    rules = rules[:staff] + rules[staff:].replace("attributes:\n", """\
expires: { constant: "2026-06-30" }
attributes:
  mail: { concat: [ { copy: account.login }, "@example.org" ] }
""", 1)
    f.write(rules)
homeroom.run("apply", "rules.yaml")


def state():
    return {e["employeeNumber"][0]: account_of(e)
            for e in controller.entries("(employeeNumber=*)")}


def plans():
    return json.loads(homeroom.run("plan", "-o", "json").stdout)


# --- some alone --------------------------------------------------------------

homeroom.roster(school)
someone = sorted(school.people)[3]
planned = homeroom.actions("plan", "school", "--person", someone)
check("one person alone", {a["person"] for a in planned} - {someone, None} or
      "create" not in {a["action"] for a in planned})
homeroom.run("sync", "school", "--person", someone)
check("one person alone: done", set(state()) != {someone} and str(state()))
homeroom.run("sync", "school", "--only", "create")
there = state()
check("create alone: all are there", set(there) != set(school.people))
check("create alone: in no groups",
      any(v[2] for k, v in there.items() if k != someone))
homeroom.run("plan", "school")
homeroom.run("plan", "school", "--person", someone)
check("one person alone: what is planned for all stays",
      [p["state"] for p in plans()[:2]] != ["ready", "ready"] and
      str(plans()[:2]))
both = {p["plan"] for p in plans()[:2]}
homeroom.run("sync", "school")
check("one person alone: what is done for all comes in its place",
      {p["state"] for p in plans() if p["plan"] in both} != {"dropped"} and
      str(plans()))
school.night(today)
check("then the rest", differences(school, controller, today))
for command in "plan", "sync":
    done = homeroom.run(command, "school", "--person", "nobody", ok=False)
    check("%s: of nobody" % command,
          b"there is no person 'nobody' in the roster" not in done.stderr)
done = homeroom.run("sync", "school", "--only", "dance", ok=False)
check("no such action", b"dance" not in done.stderr)

# --- thresholds --------------------------------------------------------------

everybody = school.people.values()
(first, there), = collections.Counter(
    p.school for p in everybody).most_common(1)
people = sorted(everybody, key=lambda p: (p.school != first, p.id))


def held_by(thresholds):
    """Why a plan is held, under these; "" when it is not."""
    with open("other.yaml", "w") as f:
        f.write(rules.replace(LIMITS, thresholds))
    homeroom.run("apply", "other.yaml")
    homeroom.run("plan", "school")
    made = plans()[0]
    return made["held"] or "" if made["state"] == "held" else ""


for p in people[:10]:
    p.end = today
homeroom.roster(school)
of, share = len(people), 1000 // there
for thresholds, why in (
        ("disable: { most: 10, percent: 99 }", ""),
        ("disable: { most: 9 }", "disable: 10, more than 9"),
        ("disable: { percent: %d }" % (1000 // of + 1), ""),
        ("disable: { percent: %d }" % (1000 // of),
         "disable: 10, more than %d per cent of %d accounts" % (
             1000 // of, of)),
        ("disable: { percent: 99, mostOfSchool: 10 }", ""),
        ("disable: { percent: 99, mostOfSchool: 9 }",
         "disable: 10 of school %s, more than 9" % first),
        ("disable: { percent: 99, percentOfSchool: %d }" % (share + 1), ""),
        ("disable: { percent: 99, percentOfSchool: %d }" % (share - 1),
         "disable: 10 of school %s, more than %d per cent of %d accounts" % (
             first, share - 1, there)),
        # What nobody speaks of: a tenth may be disabled, and all be moved.
        ("delete: { most: 1 }",
         "disable: 10, more than 10 per cent of %d accounts" % of),
        ("disable: { most: 9 }\n  move: { most: 2 }",
         "disable: 10, more than 9; move: 10, more than 2")):
    held = held_by(thresholds)
    check("held by " + thresholds.replace("\n ", ","), held != why and held)
homeroom.run("apply", "rules.yaml")

# --- approvals ---------------------------------------------------------------

with open("notification.yaml", "w") as f:
    json.dump({"kind": "notification", "name": "it", "events": [
        "plan.waiting", "account.disabled"], "window": 60, "webhook": {
            "url": "https://127.0.0.1:9/", "secret": "a long random text"}}, f)
homeroom.run("apply", "notification.yaml")


def told():
    return sum(m["events"] for m in json.loads(homeroom.run(
        "notification", "list", "-o", "json").stdout))


# One of them is in a group that no rule speaks of.
controller.change("dn: CN=Club,%s\nchangetype: add\nobjectClass: group\n"
                  "sAMAccountName: Club\nmember: %s\n\n" % (
                      BASE, controller.entries("(employeeNumber=%s)"
                                               % people[0].id)[0]["dn"][0]))
before = state()
held = homeroom.run("sync", "school", ok=False)
check("too many leave: held", held.returncode != 1 or
      b"disable: 10" not in held.stderr and held.stderr.decode())
check("held: nothing is done", state() != before)
check("held: somebody hears of it", told() != 1 and str(told()))
waiting = json.loads(homeroom.run("approve", "-o", "json").stdout)
number = plans()[0]["plan"]
check("it waits for a person",
      [w["id"] for w in waiting] != ["plan-%d" % number] and str(waiting))
for flags in ((), ("--drop",)):
    listed = homeroom.actions("approve", str(number), "--dry-run", *flags)
    check("approve %s--dry-run: it waits as before" % "".join(flags),
          (len(listed) < 10 or plans()[0]["state"] != "held") and
          str(plans()[0]))
homeroom.run("approve", str(number))
people[10].end = today
homeroom.roster(school)
again = homeroom.run("sync", "school", ok=False)
check("one more than was approved: held again",
      again.returncode != 1 or state() != before)
people[10].end = None
homeroom.roster(school)
number = plans()[0]["plan"]
homeroom.run("approve", "plan-%d" % number)
heard = told()
homeroom.run("sync", "school")
school.night(today)
check("approved: it is done", differences(school, controller, today))
check("approved: each account is told of", told() - heard != 10 and
      "%d, then %d" % (heard, told()))
done = [p for p in plans() if p["done"]][0]

# --- the way back ------------------------------------------------------------

listed = homeroom.actions("undo", str(done["plan"]), "--dry-run")
check("undo --dry-run: it is listed, and no plan is made",
      (sum(a["action"] == "enable" for a in listed) != 10 or
       plans()[0]["purpose"] == "undo") and str(listed))
for command in ("approve",), ("approve", "--dry-run"), ("approve", "--drop"):
    late = homeroom.run(command[0], str(done["plan"]), *command[1:], ok=False)
    check("%s: not of what is done" % " ".join(command),
          (late.returncode != 1 or b" is done; only" not in late.stderr) and
          late.stderr.decode())
homeroom.run("undo", str(done["plan"]))
back = plans()[0]
check("undo: of what was listed",
      homeroom.actions("plan", str(back["plan"])) != listed and str(listed))
check("undo: held", (back["purpose"], back["state"]) != ("undo", "held"))
homeroom.run("approve", str(back["plan"]))
homeroom.run("sync", "school", ok=False)
check("undo: all is as it was", {k: v for k, v in before.items()
                                 if state().get(k) != v})
check("undo: what rules want is planned again",
      plans()[0]["state"] != "held")
twice = homeroom.run("undo", str(plans()[0]["plan"]), ok=False)
check("undo of what was not done", twice.returncode != 1)
for p in people[:10]:
    p.end = None
homeroom.roster(school)
homeroom.run("sync", "school")
check("undo: who was somewhere by hand stays there", {
    k: v for k, v in before.items() if state().get(k) != v} or
    "Club" not in state()[people[0].id][2])

# --- another name, and the last day -------------------------------------------

teacher = [p for p in people if p.role == "teacher"][0]
(was,) = controller.entries("(employeeNumber=%s)" % teacher.id)
teacher.family = "Renamed"
homeroom.roster(school)
homeroom.run("sync", "school")
(entry,) = controller.entries("(employeeNumber=%s)" % teacher.id)
check("renamed: the same account",
      entry["objectGUID"] != was["objectGUID"])
check("renamed: another login",
      not entry["sAMAccountName"][0].endswith(".renamed") and str(entry))
check("renamed: the old address stays", "smtp:" + was["mail"][0] not in
      entry.get("proxyAddresses", []) and str(entry))
check("renamed: the new one is the one", entry["mail"][0] !=
      entry["sAMAccountName"][0] + "@example.org" and str(entry))
ends = int(entry["accountExpires"][0]) // 10000000 - 11644473600
check("the last day ends there", ends != 1782882000 and str(ends))
planned = homeroom.actions("plan", "school")
check("renamed: then nothing is planned", planned and str(planned))

# --- protected ---------------------------------------------------------------

person = people[12]
login = [a["account"] for a in json.loads(homeroom.run(
    "account", "school", person.id, "-o", "json").stdout)][0]

def account():
    return homeroom.actions("account", "school", login)


for flags in ("--protect",), ("--unlink",), ("--unlink", "--protect"):
    was = account()
    (would,) = homeroom.actions("account", "school", login, "--dry-run", *flags)
    check("account %s --dry-run" % " ".join(flags),
          (would["protected"] != ("--protect" in flags) or
           (would["person"] is None) != ("--unlink" in flags) or
           account() != was) and str(would))
nobodys = homeroom.run("account", "school", person.id, "--protect", ok=False)
check("account: by login or anchor",
      b"by login or anchor" not in nobodys.stderr and nobodys.stderr.decode())
homeroom.run("account", "school", login, "--protect")
person.end = today
homeroom.roster(school)
planned = homeroom.actions("plan", "school")
check("protected: nothing is planned", planned and str(planned))
homeroom.run("account", "school", login, "--unprotect")
planned = homeroom.actions("plan", "school")
check("unprotected: it is", "disable" not in {a["action"] for a in planned})

# --- what is not as it should be ---------------------------------------------

found = homeroom.actions("reconcile", "school")
kinds = {f["finding"]: f for f in found}
check("reconcile: nobody's account", "orphan" not in kinds and str(found))
check("reconcile: who has left", "left" not in kinds and str(found))
made = plans()[0]["plan"]
listed = homeroom.actions("reconcile", "school", "--plan", "orphan",
                          "--dry-run")
check("reconcile --dry-run: it is listed, and no plan is made",
      ([(a["action"], a["account"]) for a in listed] !=
       [("disable", "nobody")] or plans()[0]["plan"] != made) and str(listed))
wrong = homeroom.run("reconcile", "school", "--plan", "orphans", ok=False)
check("reconcile: what nothing is proposed about",
      b"'orphans'; --plan takes orphan," not in wrong.stderr and
      wrong.stderr.decode())
homeroom.run("reconcile", "school", "--plan", "duplicate")
check("reconcile: nothing waits when there is nothing to do",
      plans()[0]["state"] == "held" and str(plans()[0]))
homeroom.run("reconcile", "school", "--plan", "orphan")
homeroom.run("approve", str(plans()[0]["plan"]))
homeroom.run("sync", "school")
(entry,) = controller.entries("(sAMAccountName=nobody)")
check("reconcile: what was proposed is done", account_of(entry)[1])
for i in range(7):
    controller.change("dn: CN=Nobody%d,OU=Old,%s\nchangetype: add\n"
                      "objectClass: user\nsAMAccountName: nobody%d\n"
                      "userAccountControl: 512\n\n" % (i, BASE, i))
with open("other.yaml", "w") as f:
    f.write(rules.replace(LIMITS, "disable: { percent: 10 }"))
homeroom.run("apply", "other.yaml")
homeroom.run("reconcile", "school", "--plan", "orphan")
held = plans()[0]["held"]
check("reconcile: held against all accounts that there are",
      held.split("; ")[0] != "disable: 7, more than 10 per cent of %d accounts"
      % len(homeroom.actions("account", "school")) and held)
homeroom.run("approve", str(plans()[0]["plan"]), "--drop")
trend = json.loads(homeroom.run("reconcile", "school", "--trend", "-o",
                                "json").stdout)
check("reconcile: over time", trend[0]["counts"].get("orphan") != 1)
page = homeroom.run("reconcile", "school", "-o", "html").stdout.decode()
check("reconcile: as a page", "<table>" not in page)
used = homeroom.run("delete", "directory", "school", ok=False)
check("a directory that has rules stays",
      b"in use: it has rules" not in used.stderr and used.stderr.decode())
finish()
