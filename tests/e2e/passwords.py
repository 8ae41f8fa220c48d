#!/usr/bin/env python3
# timeout: 300
"""First passwords: accounts are made in a real domain controller, and what
stands on their slips, or in a mail to who manages them or to their guardians,
lets people in; each is opened once, and noted. Who leaves soon is told of."""
import csv
import datetime
import html
import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"], "tests",
                                "support"))
from district import HOMEROOM, check, finish
from postbox import Postbox
from school import Controller, Provisioned, School, day, slips

school = School(12, 2)
controller = Controller()
controller.sh("start")
homeroom = Provisioned(controller)


def mails(to):
    """The texts that came for somebody."""
    return postbox.mails().get(to, [])


def notify(name, to, event):
    with open(name + ".yaml", "w") as f:
        f.write("kind: notification\nname: %s\nevents: [ %s ]\nwindow: 0\n"
                "mail:\n  server: smtp://127.0.0.1:%s\n"
                "  from: homeroom@district.example\n  user: homeroom\n"
                "  password: sesame\n  authorities: %s/mail.pem\n"
                "  to: [ '%s' ]\n" % (name, event, postbox.port, os.getcwd(),
                                     to))
    homeroom.run("apply", name + ".yaml")


students = sorted(p.id for p in school.people.values() if p.role == "student")
# Two children of one, one of another, and one who has nobody's.
FAMILIES = {"ann": students[:2], "bea": students[2:3], "cleo": []}
HOME = "@home.example"


def table(name):
    with open("bundle/%s.csv" % name, newline="") as f:
        header, *rows = list(csv.reader(f))
    return header, rows


def roster():
    """With who manages somebody: staff a person, a student themselves; and with
    guardians."""
    school.write("bundle")
    header, rows = table("users")
    for row in rows:
        person = school.people[row[0]]
        row += ["boss@district.example" if person.role == "teacher"
                else person.email(), ",".join(
                    g for g, children in FAMILIES.items() if row[0] in children)]
    rows += [[g, "", "", "true", g, g.title(), "Home", g, g + HOME, "", "north",
              "", ""] for g in FAMILIES]
    school.table("bundle", "users",
                 header + ["metadata.manager", "agentSourcedIds"], rows)
    header, rows = table("roles")
    school.table("bundle", "roles", header, rows + [
        ["r-" + g, "", "", g, "primary", "guardian", "2025-08-18", "", "north"]
        for g in FAMILIES])
    homeroom.run("import", "bundle")


def told(done):
    """Whether a worker brings it about. What a directory's actions tell bears
    the time of Postgres."""
    env = dict(homeroom.env, HOMEROOM_CLOCK=str(int(time.time()) + 3600))
    with subprocess.Popen([HOMEROOM, "work"], env=env) as work:
        for _ in range(600):
            if done():
                break
            time.sleep(0.1)
        work.terminate()
    return done()


def listed(name):
    return json.loads(homeroom.run("notification", "list", name, "-o",
                                   "json").stdout)


today = day("2025-09-01")
homeroom.at(today)
roster()
homeroom.run("apply", "rules.yaml")
postbox = Postbox()
notify("managers", "{metadata.manager}", "password.waiting")
notify("families", "{agents}", "password.waiting")
notify("parents", "{agents}", "account.created")
notify("it", "it@district.example", "account.created, account.leaving")
homeroom.run("sync", "school")

# --- by mail ---------------------------------------------------------------------

staff = {p.id for p in school.people.values() if p.role == "teacher"}
told(lambda: mails("it@district.example") and all(
    {m["state"] for m in listed(name)} == {"sent", "failed"}
    for name in ("managers", "families", "parents")))
check("all accounts that were made are one message",
      len(mails("it@district.example")) != 1 and "they are not")
check("that counts them", mails("it@district.example")[0].count(
    "An account was made: ") != 14 and mails("it@district.example"))
sent = mails("boss@district.example")
check("staff's passwords are one message", len(sent) != 1 and str(len(sent)))
mailed = re.findall(r"login: (.*)\n    first password: (.*)\n", sent[0])
check("of those who have that manager", len(mailed) != 2 and str(mailed))
answers = {controller.knock(login, password) for login, password in mailed}
check("they let in, to a new password", answers != {"773"} and str(answers))
nobody = [m for m in listed("managers") if m["state"] == "failed"]
check("none goes to the account itself",
      [m["events"] for m in nobody] != [12] and str(nobody))
check("nor to anybody else", len(os.listdir("in")) != 1 + 2 + 2 * 2 and
      str(os.listdir("in")))

# --- to guardians ----------------------------------------------------------------

logins = {w["person"]: w["login"] for w in json.loads(homeroom.run(
    "password", "list", "school", "-o", "json").stdout)}
for guardian, children in FAMILIES.items():
    theirs = mails(guardian + HOME)
    check("%s: has %d messages" % (guardian, 2 if children else 0),
          len(theirs) != (2 if children else 0) and str(theirs))
    named = {login for login in logins.values()
             if any(re.search(r"\b%s\b" % re.escape(login), t) for t in theirs)}
    check("%s: hears of her children, and of no others" % guardian,
          named != {logins[c] for c in children} and "%s: %s" % (
              named, theirs))
    sent = re.findall(r"login: (.*)\n    first password: (.*)\n",
                      "".join(theirs))
    check("%s: has her children's passwords" % guardian,
          {s[0] for s in sent} != {logins[c] for c in children} and str(sent))
    check("%s: they let in, to a new password" % guardian,
          {controller.knock(*s) for s in sent} - {"773"} and str(sent))
    mailed += sent
check("who has no guardians is listed", {
    name: [m["events"] for m in listed(name) if m["state"] == "failed"]
    for name in ("families", "parents")} != {
        "families": [11], "parents": [11]} and str(listed("families")))

# --- on paper --------------------------------------------------------------------

waiting = json.loads(homeroom.run("password", "list", "school", "-o",
                                  "json").stdout)
accounts = {e["sAMAccountName"][0] for e in controller.entries()}
check("each account that was made has one",
      {w["login"] for w in waiting} != accounts and str(waiting)[:500])

by = {name: {w["person"] for w in waiting
             if w["openedBy"] == "notification " + name}
      for name in ("managers", "families")}
check("it says which were sent by mail", by != {
    "managers": staff, "families": set(students[:3])} and str(waiting))
for command in "slips", "csv":
    nowhere = homeroom.run("password", command, "school", "no/such/file",
                           ok=False)
    check("%s: not to where nothing can be written" % command,
          nowhere.returncode != 1 and nowhere.stdout.decode())
homeroom.run("password", "slips", "school", "slips.html")
opened = slips("slips.html")
check("the slips are of all others", {o[0] for o in opened} != accounts - {
    m[0] for m in mailed})
with open("slips.html", encoding="utf-8") as f:
    printed = html.unescape(f.read())
names = {"%s %s" % (p.given, p.family) for p in school.people.values()
         if logins[p.id] in {o[0] for o in opened}}
check("they name people as they are called",
      [n for n in names if ">%s<" % n not in printed])
check("only we read them", os.stat("slips.html").st_mode & 0o077 and "mode")
answers = {controller.knock(login, password) for login, password in opened}
check("they let in, to a new password", answers != {"773"} and str(answers))
check("others don't", controller.knock(opened[0][0], "Maple-47-river") != "52e" and "in")
readable = [p for _, p in opened + mailed if subprocess.run(
    ["grep", "-rqF", p, "home/postgres"], check=False).returncode == 0]
check("the database's files hold none", len(readable) and "some do")

again = homeroom.run("password", "slips", "school", "more.html", ok=False)
check("none is opened twice", again.returncode != 1
      and again.stdout.decode())
done = homeroom.run("password", "slips", "school", "slips.html", "--again",
                    ok=False)
check("no file is written over", done.returncode != 1 and "it is")
zipped = homeroom.run("password", "csv", "school", "all.zip",
                      "--again").stdout.decode()
with open("all.zip", "rb") as f:
    packed = f.read()
check("nothing can be read in the zip", opened[0][0].encode() in packed
      and "a login stands there")
check("its passphrase is told", len(zipped.split("\n")[1]) < 20 and zipped)
audited = homeroom.run("audit", "--settings", "-o", "json").stdout.decode()
check("who opened them is in the audit",
      audited.count('"kind": "password"') != 7 and audited[-600:])
check("and to whom they went",
      [audited.count(to) for to in (
          "boss@district.example", "ann" + HOME, "bea" + HOME)] != [2, 2, 1]
      and audited[-600:])
tried = homeroom.run("password", "done", "school", "--dry-run").stdout.decode()
done = homeroom.run("password", "done", "school").stdout.decode()
check("tried, none is forgotten",
      tried.replace("would be", "are") != done and tried + done)
left = homeroom.run("password", "list", "school", "-o", "csv").stdout.decode()
check("handed over, they are forgotten", left.count("\n") != 1 and left)

# --- who leaves soon ---------------------------------------------------------------

leaver = min(staff)
school.people[leaver].end = today + datetime.timedelta(days=11)
school.people[max(staff)].end = today + datetime.timedelta(days=40)
roster()
for _ in range(2):
    homeroom.run("sync", "school")
told(lambda: len(mails("it@district.example")) > 1)
said = mails("it@district.example")[1:]
check("who leaves soon is told of, once",
      [t.count("Somebody leaves soon: ") for t in said] != [1] and str(said))
check("with the last day", "last day 2025-09-11" not in said[0] and said[0])
postbox.close()
finish()
