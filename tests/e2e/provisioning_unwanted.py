#!/usr/bin/env python3
# timeout: 600
"""Accounts that no rule wants any more, of persons who are still there: they
are disabled and go as leavers' do, on the days that their rule or the directory
says; whom a rule wants again has the same account back."""
import datetime
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"], "tests",
                                "support"))
from district import check, finish
from school import (BASE, DELETE_DAYS, Controller, Provisioned, School,
                    account_of, day, differences)

LEAVERS = "OU=Leavers," + BASE
school = School(6, 8, seed=5)
controller = Controller()
controller.sh("start")
homeroom = Provisioned(controller)
with open("rules.yaml") as f:
    rules = f.read()
# Staff have days of their own: three until disabled, then seven.
rules = rules.replace('createDaysBefore: "14" }', """createDaysBefore: "14", \
disableUnwantedAfterDays: 3, deleteUnwantedAfterDays: 7 }""", 1).replace("percent: 60", "percent: 99")


def apply(text):
    with open("rules.yaml", "w") as f:
        f.write(text)
    homeroom.run("apply", "rules.yaml")


def night(today, hour=12):
    """What is done that night, by person."""
    homeroom.at(today, hour)
    school.write("bundle")
    homeroom.run("import", "bundle")
    done = {}
    for a in homeroom.actions("sync", "school"):
        done.setdefault(a["person"], []).append(a)
    again = homeroom.actions("plan", "school")
    check("%s: nothing is left to do" % today, again and str(again))
    return done


def accounts():
    return {e["employeeNumber"][0]: e
            for e in controller.entries("(employeeNumber=*)")}


def ledger(person):
    found = json.loads(homeroom.run("account", "school", person.id, "-o",
                                    "json").stdout)
    return found[0] if found else None


def days(count):
    return datetime.timedelta(days=count)


def kinds(actions):
    return sorted({a["action"] for a in actions})


first = day("2025-10-01")
apply(rules)
night(first)
school.night(first)
check("the first night", differences(school, controller, first))
people = sorted(school.people.values(), key=lambda p: p.id)
student, back, vanished = [p for p in people if p.role == "student"][:3]
teacher = [p for p in people if p.role == "teacher"][0]
before = accounts()

# --- no rule wants them ----------------------------------------------------------

since = first + days(1)
why = "no rule wants it any more, since %s" % since
for p in student, back, vanished, teacher:
    p.role = "proctor"
done = night(since)
for p in student, back, vanished:
    check("%s: disabled, in no groups, where leavers go" % p.id,
          account_of(accounts()[p.id]) != (LEAVERS, False, set()) and
          str(account_of(accounts()[p.id])))
    check("%s: the plan says why" % p.id,
          kinds(done[p.id]) != ["disable", "leave", "move"] or
          {a["reason"] for a in done[p.id]} != {why} and str(done[p.id]))
check("a teacher's days begin", teacher.id in done and str(done[teacher.id]))
check("the others stay", set(done) - {None, student.id, back.id,
                                       vanished.id} and str(done))

account = ledger(student)
check("the ledger knows since when", (
    account["unwanted"][:10], account["disabled"][:10], account["rule"]) !=
    (since.isoformat(), since.isoformat(), "students") and str(account))
gone = since + days(DELETE_DAYS)
check("the ledger knows until when",
      account["due"] != gone.isoformat() + "T05:00:00.000Z" and str(account))
found = {f["person"]: f for f in homeroom.actions("reconcile", "school")
         if f["finding"] == "unwanted"}
check("reconcile: lists them", set(found) != {
    p.id for p in (student, back, vanished, teacher)} and str(found))
check("reconcile: says until when", found[student.id]["detail"] !=
      why + "; to be deleted on %s" % gone and str(found[student.id]))
check("reconcile: proposes what is still to be done", (
    found[student.id]["proposed"], found[teacher.id]["proposed"]) !=
    (None, "disable") and str(found))
shown = {r["what"]: r["value"] for r in homeroom.actions(
    "preview", "school", "--person", student.id)}
check("preview: explains it", (
    shown["life"], shown["no rule wants it since"],
    shown["to be deleted"][:10]) != (
        "unwanted", since.isoformat(), gone.isoformat()) and str(shown))

# --- their days --------------------------------------------------------------------

night(since + days(2))
check("a teacher's days are not over",
      account_of(accounts()[teacher.id])[1] is not True)
done = night(since + days(3))
check("a teacher's days are over: disabled",
      account_of(accounts()[teacher.id]) != (LEAVERS, False, set()) and
      str(done))
night(since + days(9))
check("a teacher's account is there for a week",
      teacher.id not in accounts())
done = night(since + days(10))
check("after a week it is deleted", kinds(done.get(teacher.id, [])) !=
      ["delete"] or teacher.id in accounts())

back.role = "student"
night(since + days(20))
now = accounts()[back.id]
check("whom a rule wants again: the same account, as it was",
      (now["objectGUID"], account_of(now)) !=
      (before[back.id]["objectGUID"], account_of(before[back.id])) and
      str(now))
account = ledger(back)
check("whom a rule wants again: no days are counted",
      (account["unwanted"], account["due"]) != (None, None) and str(account))

# Whom the roster does not know at all any more, as after two became one.
subprocess.run(
    ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h",
     os.path.abspath("home/postgres"), "-U", "homeroom_superuser", "-d",
     "homeroom", "-c", "delete from roster.users where sourced_id = '%s'"
     % vanished.id], check=True)
homeroom.at(gone - days(1), 20)
planned = homeroom.actions("sync", "school")
check("the day before: nothing", planned and str(planned))
homeroom.at(gone, 6)
planned = homeroom.actions("sync", "school")
check("the day: deleted, and no others",
      sorted((a["action"], a["person"]) for a in planned) !=
      sorted(("delete", p.id) for p in (student, vanished)) and str(planned))
check("deleted: why", {a["person"]: a["reason"] for a in planned} != {
    student.id: why, vanished.id: "the roster has no such person"} and
    str(planned))
check("deleted: they are gone",
      {student.id, vanished.id} & set(accounts()))

# --- the directory says -----------------------------------------------------------

# The rule of staff is there no more: nobody says when, until the directory does.
homeroom.run("delete", "rule", "staff")
staff = [p for p in people if p.role == "teacher"]
today = gone + days(1)
homeroom.at(today)
homeroom.run("sync", "school")
account = ledger(staff[0])
check("their rule is gone: disabled, and kept", (
    account["enabled"], account["due"]) != (False, None) and str(account))
apply(rules[:rules.rindex("---")].replace(
    "thresholds:", "unwanted: { deleteAfterDays: 5 }\nthresholds:", 1))
homeroom.run("sync", "school")
check("the directory says when", ledger(staff[0])["due"][:10] !=
      (today + days(5)).isoformat() and str(ledger(staff[0])))
homeroom.at(today + days(5), 6)
homeroom.run("sync", "school")
check("and then they are gone", {p.id for p in staff} & set(accounts()))
finish()
