#!/usr/bin/env python3
# timeout: 600
"""Logins and addresses that provisioning gave are a source of their own: they
are published where settings say that they count, accounts made of what the
roster says stay as they are, and an account keeps nobody in the roster."""
import csv
import io
import json
import os
import subprocess
import sys
import time
import zipfile

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"], "tests",
                                "support"))
from district import HOMEROOM, check, finish
from school import Controller, Provisioned, School, day

SETTINGS = """
kind: source
name: accounts
type: accounts
directory: school
---
kind: district
name: default
sources: [accounts, csv, hr]
match:
  - { name: number, on: identifier }
fields:
  username: [accounts, csv]
  email: [accounts, hr, csv]
  familyName: [accounts, csv]
"""

school = School(20, 4, seed=5)
controller = Controller()
controller.sh("start")
today = day("2025-10-01")
homeroom = Provisioned(controller, today)
rules = homeroom.rules
# Whatever the login is made of comes back as a username.
rules = rules.replace(
    "    - [ { concat: [ { copy: givenName }, \".\", { copy: familyName } ] }, "
    "ascii, lower, { replace: { pattern: \"[^a-z0-9.]\", with: \"\" } } ]",
    "    - [ { concat: [ \"u\", { copy: username } ] }, lower ]")
rules = rules.replace("\nthresholds:", "\nnames: { rename: alias }"
                      "\nthresholds:")
rules = rules.replace("attributes:\n", """attributes:
  mail: { concat: [ { copy: account.login }, "@example.org" ] }
  info: { copy: email }
""")
with open("rules.yaml", "w") as f:
    f.write(rules)
homeroom.run("apply", "rules.yaml")


def published():
    """sourcedId → the row of users.csv that an application would read."""
    homeroom.run("export", "--application", "reader", "roster.zip")
    with zipfile.ZipFile("roster.zip") as z:
        text = z.read("users.csv").decode()
    os.remove("roster.zip")
    return {r["sourcedId"]: r for r in csv.DictReader(io.StringIO(text))}


def wrong(people, users):
    """Whoever is not published as the account has it."""
    found = {e["employeeNumber"][0]: e["sAMAccountName"][0]
             for e in controller.entries("(employeeNumber=*)")}
    out = []
    for p in people:
        login, row = found[p.id], users[p.id]
        if (row["username"], row["email"], row["userIds"]) != (
                login, login + "@example.org", "{school:%s}" % login):
            out.append((p.id, login, row))
        if (row["givenName"], row["familyName"]) != (p.given, p.family):
            out.append((p.id, row))
    return out and str(out[:3])


homeroom.run("application", "create", "reader", "--full")

# --- nothing before it is asked for ------------------------------------------

homeroom.roster(school)
homeroom.run("sync", "school")
people = sorted(school.people.values(), key=lambda p: p.id)
before = published()
check("not told: the roster has what the source says",
      [p.id for p in people if before[p.id]["username"] != p.id])
unknown = SETTINGS.split("---")[0].replace("directory: school",
                                           "directory: nowhere")
with open("unknown.yaml", "w") as f:
    f.write(unknown)
refused = homeroom.run("apply", "unknown.yaml", ok=False)
check("a directory that is not there", refused.returncode == 0 or
      b"nowhere" not in refused.stderr)

# --- told ---------------------------------------------------------------------

with open("told.yaml", "w") as f:
    f.write(SETTINGS)
homeroom.run("apply", "told.yaml")
homeroom.run("import", "--source", "accounts")
check("told: login and address are published", wrong(people, published()))
again = homeroom.run("import", "--source", "accounts", "-o", "json")
check("told: the same again is nothing new",
      b"unchanged" not in again.stdout and again.stdout.decode()[:300])
planned = homeroom.actions("plan", "school", "--whole")
check("told: nothing is to be done", planned and str(planned[:3]))
homeroom.roster(school)
check("told: the SIS comes again", wrong(people, published()))

# --- a sync tells of itself -----------------------------------------------------

joiner = school.join("student", today)
joiner.given = "New"
people[0].given, people[0].family = "Other", "Renamed"
homeroom.roster(school)
fresh = published()
check("joined: until then what the source says",
      fresh[joiner.id]["username"] != joiner.id)
homeroom.run("sync", "school")
with subprocess.Popen([HOMEROOM, "work"], env=homeroom.env) as work:
    for _ in range(300):
        job = json.loads(homeroom.run("jobs", "--name", "accounts", "-o",
                                      "json").stdout)
        if job and job[0]["finished"]:
            break
        time.sleep(0.2)
    work.terminate()
check("a sync that did something has a worker read the source",
      [(j["kind"], j["state"]) for j in job] != [("source", "done")] and
      str(job))
people.append(joiner)
check("joined, renamed: published", wrong(people, published()))
planned = homeroom.actions("plan", "school", "--whole")
check("joined: nothing more is to be done", planned and str(planned[:3]))
homeroom.run("sync", "school")
explained = json.loads(homeroom.run("explain", joiner.id, "-o",
                                    "json").stdout)
names = [(v["field"], v["source"], v["counts"]) for v in explained]
check("explain: whose the login is",
      ("username", "accounts", True) not in names and str(names))
check("explain: no names of it count",
      ("familyName", "accounts", True) in names and str(names))

alone = homeroom.run("person", "unlink", "csv:" + joiner.id, ok=False)
check("unlink: an account is not another record",
      b"nothing to unlink" not in alone.stderr and
      alone.stdout.decode() + alone.stderr.decode())

# --- rules see what others say, of records with other ids as well ----------------

os.makedirs("hr", exist_ok=True)
for name, rows in {
        "manifest": ["propertyName,value", "manifest.version,1.0",
                     "oneroster.version,1.2", "file.users,bulk"],
        "users": ["sourcedId,status,dateLastModified,enabledUser,username,"
                  "givenName,familyName,identifier,email",
                  "h1,,,true,h1,Other,Renamed,%s,h1@hr.example.org"
                  % people[0].id]}.items():
    with open("hr/%s.csv" % name, "w") as f:
        f.write("\n".join(rows) + "\n")
homeroom.run("import", "hr", "--source", "hr")
check("hr: the account's address stays", wrong(people, published()))
planned = homeroom.actions("plan", "school")
check("hr: its address is what rules see",
      [(a["action"], a["person"], a["after"]) for a in planned] !=
      [("update", people[0].id, {"info": ["h1@hr.example.org"]})] and
      str(planned))
homeroom.run("sync", "school")

# --- an account keeps nobody ----------------------------------------------------

leaver = people[3]
leaver.missing = True
homeroom.roster(school)
check("left: not in the roster", leaver.id in published())
homeroom.run("sync", "school")
homeroom.run("import", "--source", "accounts")
check("left: nor with the accounts", leaver.id in published())
leaver.missing = False
homeroom.roster(school)
back = published()
check("back: the same person", leaver.id not in back)
homeroom.run("sync", "school")
homeroom.run("import", "--source", "accounts")
check("back: with the login", wrong(people, published()))

# --- for the SIS ----------------------------------------------------------------

listed = homeroom.run("account", "school", "-o", "csv").stdout.decode()
rows = {r["person"]: r for r in csv.DictReader(io.StringIO(listed))
        if r["person"]}
users = published()
check("for the SIS: person, number, login, address",
      [p.id for p in people if (rows[p.id]["identifier"],
                                rows[p.id]["account"], rows[p.id]["mail"]) != (
          p.id, users[p.id]["username"], users[p.id]["email"])])
finish()
