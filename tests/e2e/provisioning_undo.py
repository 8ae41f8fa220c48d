#!/usr/bin/env python3
# timeout: 600
"""The way back from a night in which all kinds of things were done: accounts
made, moved, changed, enabled, put into groups and taken out of others, deleted.
What can't be taken back is said; and what rules want comes again."""
import datetime
import json
import os
import sys

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"], "tests",
                                "support"))
from district import check, finish
from school import (DELETE_DAYS, Controller, Provisioned, School, account_of,
                    day, differences)

school = School(16, 3, seed=4)
controller = Controller()
controller.sh("start")
homeroom = Provisioned(controller)
rules = homeroom.rules


def night(today):
    homeroom.at(today)
    homeroom.roster(school)
    homeroom.run("sync", "school")
    school.night(today)
    return differences(school, controller, today)


def picture():
    """All that a night may change, by the account's own id."""
    return {e["objectGUID"][0]: (
        e["employeeNumber"][0], e["sAMAccountName"], e["displayName"],
        e["sn"], e.get("department"), account_of(e))
        for e in controller.entries("(employeeNumber=*)")}


def plans():
    return json.loads(homeroom.run("plan", "-o", "json").stdout)


first = day("2025-10-01")
homeroom.run("apply", "rules.yaml")
people = sorted(school.people.values(), key=lambda p: p.id)
check("the first night", night(first))
deleted, back, mover, named = people[0], people[1], people[2], people[-1]
deleted.end = back.end = first
check("two leave", night(first + datetime.timedelta(days=1)))

# --- a night, and its way back -------------------------------------------------

today = first + datetime.timedelta(days=DELETE_DAYS + 1)
before = picture()
back.end = None
mover.school = "south" if mover.school != "south" else "north"
named.family = "Renamed"
new = school.join("student", today)
check("another night", night(today))
after = picture()
run = [p for p in plans() if p["done"]][0]
kinds = {"create", "delete", "enable", "move", "update", "join", "leave"}
check("it did all kinds of things", kinds - set(run["counts"]) and
      str(run["counts"]))

# What rules want then waits, so that it can be seen what was taken back.
with open("waits.yaml", "w") as f:
    f.write(rules.replace("thresholds:\n", "thresholds:\n"
                          "  update: { most: 0 }\n"))
homeroom.run("apply", "waits.yaml")
homeroom.run("undo", str(run["plan"]))
undo = plans()[0]
check("undo: it waits", (undo["purpose"], undo["state"]) != ("undo", "held"))
homeroom.run("approve", str(undo["plan"]))
homeroom.run("sync", "school", ok=False)
now = picture()
lost = {k for k, v in before.items() if v[0] == deleted.id}
check("undo: all is as it was", {
    k: (v, now.get(k)) for k, v in before.items()
    if k not in lost and now.get(k) != v})
check("undo: what was made is gone", [
    v for k, v in now.items() if k not in before])
done = homeroom.actions("plan", str(undo["plan"]))
(deletion,) = [a for a in done if a["person"] == deleted.id]
check("undo: what was deleted is there again, or it says that it can't be",
      not (lost & set(now)) and
      (deletion["state"] not in ("failed", "asking") or
       not deletion["words"] + deletion["reason"]) and str(deletion))
check("undo: nothing else failed", [
    a for a in done if a["person"] not in (deleted.id, None) and
    a["state"] != "done"])

# --- and rules go on ------------------------------------------------------------

homeroom.run("apply", "rules.yaml")
homeroom.run("sync", "school")
found = {k: v for k, v in picture().items() if v[0] != new.id}
check("rules: all is as they say again", {
    k: (v, found.get(k)) for k, v in after.items()
    if v[0] != new.id and found.get(k) != v})
again = homeroom.actions("plan", "school")
check("rules: then nothing is planned", again and str(again))
finish()
