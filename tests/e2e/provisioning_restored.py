#!/usr/bin/env python3
# timeout: 600
"""A directory as it is: an account that was deleted comes back as the same
one, or it is said that it can't; what the directory refuses is set aside, and
listed with its own words; a limit of changes in a second holds, whoever makes
them; a connection that can't be is refused when it is applied."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"], "tests",
                                "support"))
from district import HOMEROOM, check, finish
from school import (BASE, Controller, Provisioned, School, account_of, day,
                    differences)

school = School(14, 2, seed=5)
controller = Controller()
controller.sh("start")
today = day("2025-10-01")
homeroom = Provisioned(controller, today)
with open("administrator", "w") as f:
    f.write("Passw0rd.Admin1\n")
rules = homeroom.rules
ours = "user: homeroom@ad.example.test\n  passwordFile: %s/password" % (
    os.getcwd())
theirs = "user: Administrator@ad.example.test\n  passwordFile: %s/" \
    "administrator" % os.getcwd()
assert ours in rules


def apply(text, ok=True):
    with open("applied.yaml", "w") as f:
        f.write(text)
    return homeroom.run("apply", "applied.yaml", ok=ok)


def night(ok=True):
    homeroom.roster(school)
    done = homeroom.run("sync", "school", ok=ok)
    school.night(today)
    return done


def later(days):
    global today
    today = day((today.fromordinal(today.toordinal() + days)).isoformat())
    homeroom.at(today)


def account(person):
    found = controller.entries("(employeeNumber=%s)" % person.id)
    return found[0] if found else None


def plans():
    return json.loads(homeroom.run("plan", "-o", "json").stdout)


def actions(number):
    return homeroom.actions("plan", str(number))


# --- connections -------------------------------------------------------------

for name, wrong, words in [
        ("no server", ('server: [ "ldaps://%s" ]' % controller.address(), ""),
         b"connection: server: is missing"),
        ("no address", ("ldaps://", "https://"), b"connection: server: "),
        ("no password", ("\n  passwordFile", "\n  authorities"), b""),
        ("a base that is no DN", ("base: OU=", "base: "),
         b"connection: base: "),
        ("a window of none", ("\ntimeZone:", "\n  window: 0\ntimeZone:"),
         b"connection: window: is a number from 1 to 256"),
        ("what it does not have", ("\ntimeZone:", "\n  path: x\ntimeZone:"),
         b"a directory has no 'path'")]:
    done = apply(rules.replace(wrong[0], wrong[1], 1), ok=False)
    check("refused when applied: " + name, (
        done.returncode != 1 or words not in done.stderr) and
        done.stderr.decode())

# --- back as the same --------------------------------------------------------

# Leavers stay in what they were put into by hand.
apply(rules.replace(ours, theirs).replace("stripGroups: true",
                                          "stripGroups: false"))
night()
person, other = sorted(school.people.values(), key=lambda p: p.id)[5:7]
was = account(person)
person.end = other.end = today
night()
for name in "Chess", "Debate":
    controller.add("dn: CN=%s,%s\nobjectClass: group\nsAMAccountName: %s\n"
                   "member: %s\n\n" % (name, BASE, name,
                                       account(person)["dn"][0]))
later(31)
night()
check("they are deleted", account(person) and str(account(person)))
deleting = plans()[0]["plan"]
homeroom.run("undo", str(deleting))
back = plans()[0]
check("undo of a delete: it is planned, and held",
      [a["action"] for a in actions(back["plan"])] !=
      ["restore", "restore", "join", "join"] or back["state"] != "held")
controller.change("dn: CN=Debate,%s\nchangetype: delete\n\n" % BASE)
homeroom.run("undo", str(deleting))
back = plans()[0]
planned = {a["action"]: a for a in actions(back["plan"])}
check("undo of a delete: a group that is gone is said", set(planned) != {
    "restore", "join", "ask"} or "CN=Debate," not in
    planned["ask"]["reason"] and str(planned))
homeroom.run("approve", str(back["plan"]))
homeroom.run("sync", "school", ok=False)
undone = actions(back["plan"])
check("undo of a delete: it is done",
      {a["state"] for a in undone} != {"done", "asking"} and str(undone))
now = account(person)
check("undo of a delete: the same account, as it was", not now or
      (now["objectGUID"], now["displayName"], account_of(now)) !=
      (was["objectGUID"], was["displayName"],
       ("OU=Leavers," + BASE, False, {"Chess"})) and str(now))
planned = homeroom.actions("plan", "school", "--whole")
check("undo of a delete: rules want nothing else of it",
      planned and str(planned))
later(31)
night()
check("undo of a delete: its days begin anew, and end", account(person) and
      "it is there")
person.end = None
homeroom.roster(school)
planned = homeroom.actions("plan", "school")
check("who returns is to get the account back", "restore" not in {
    a["action"] for a in planned} and str(planned))
homeroom.run("sync", "school")
school.night(today)
now = account(person)
check("the account that comes back is the same", not now or
      now["objectGUID"] != was["objectGUID"])
check("it is what the rules say", differences(school, controller, today))
planned = homeroom.actions("plan", "school", "--whole")
check("then nothing is planned", planned and str(planned))
waiting = json.loads(homeroom.run("password", "list", "school", "-o",
                                  "json").stdout)
check("it has a first password again", person.id not in {
    w["person"] for w in waiting} and str(waiting[:3]))

# --- and when it can't -------------------------------------------------------

apply(rules)
other.end = None
homeroom.roster(school)
done = homeroom.run("sync", "school")
school.night(today)
tried, instead = actions(plans()[1]["plan"]), actions(plans()[0]["plan"])
refused = [a for a in tried if a["action"] == "restore"]
check("what can't be had back is said, in plain words",
      not refused or refused[0]["state"] != "failed" or
      "lacks the right" not in refused[0]["words"] and str(refused))
made = [a for a in instead if a["action"] == "create"]
check("another account is made, and it is said why", not made or
      "can't be brought back" not in made[0]["reason"] and str(instead))
check("all is what the rules say", differences(school, controller, today))

# --- what the directory refuses ----------------------------------------------

joined = school.join("student", today)
joined.given, joined.family = "Grace", "Hopper"
fine = school.join("student", today)
outside = "CN=taken,CN=Users,DC=ad,DC=example,DC=test"
controller.add("dn: %s\nobjectClass: user\nsAMAccountName: grace.hopper\n"
               "userAccountControl: 514\n\n" % outside)
done = night(ok=False)
failed = plans()[0]
check("one is refused: who runs it hears of it", done.returncode != 1 or
      b" 0 failed" in done.stderr or b"stands first" not in done.stderr
      and done.stderr.decode())
first = actions(failed["plan"])[0]
check("it is listed first, with the directory's own words",
      (first["person"], first["state"]) != (joined.id, "failed") or
      "00002071" not in first["words"] and str(first))
check("it is counted", failed["failed"] < 1 and str(failed))
check("the others are done", not account(fine) and "not made")
subprocess.run(["ldbdel", "-H", controller.sam, outside], check=True,
               stdout=subprocess.DEVNULL, timeout=300)
night()
check("what was in the way is gone: it is done",
      differences(school, controller, today))

# --- not faster than that ----------------------------------------------------

RATE, NEW = 10, 12
apply(rules.replace("parallel: 3", "parallel: 2, perSecond: %d" % RATE))
for _ in range(NEW):
    school.join("student", today)
homeroom.roster(school)
begun = time.monotonic()
both = [subprocess.Popen([HOMEROOM, "sync", "school"], env=homeroom.env,
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL) for _ in range(2)]
for run in both:
    run.wait(300)
took = time.monotonic() - begun
homeroom.run("sync", "school")
school.night(today)
done = sum(p["done"] for p in plans()[:3])
# The first ones of each hand go at once.
check("a limit holds for two at once", took < (done - 4 * RATE) / RATE and
      "%d in %.1f s" % (done, took))
check("two at once: nothing is twice", differences(school, controller, today))
check("two at once: nothing is left", homeroom.actions(
    "plan", "school", "--whole") and "something")
finish()
