#!/usr/bin/env python3
# timeout: 300
"""First passwords: accounts are made in a real domain controller, and what
stands on their slips lets people in; each is opened once, and noted."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"], "tests",
                                "support"))
from district import check, finish
from school import Controller, Provisioned, School, day, slips

school = School(12, 2)
controller = Controller()
controller.sh("start")
homeroom = Provisioned(controller)


today = day("2025-09-01")
homeroom.at(today)
school.write("bundle")
homeroom.run("import", "bundle")
homeroom.run("apply", "rules.yaml")
homeroom.run("sync", "school")
waiting = json.loads(homeroom.run("password", "list", "school", "-o",
                                  "json").stdout)
accounts = {e["sAMAccountName"][0] for e in controller.entries()}
check("each account that was made has one",
      {w["login"] for w in waiting} != accounts and str(waiting)[:500])

homeroom.run("password", "slips", "school", "slips.html")
opened = slips("slips.html")
check("the slips are of all", {o[0] for o in opened} != accounts)
check("only we read them", os.stat("slips.html").st_mode & 0o077 and "mode")
answers = {controller.knock(login, password) for login, password in opened}
check("they let in, to a new password", answers != {"773"} and str(answers))
check("others don't", controller.knock(opened[0][0], "Maple-47-river") != "52e" and "in")
readable = [p for _, p in opened if subprocess.run(
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
told = homeroom.run("audit", "--settings", "-o", "json").stdout.decode()
check("who opened them is in the audit",
      told.count('"password"') != 2 and told[-600:])
homeroom.run("password", "done", "school")
left = homeroom.run("password", "list", "school", "-o", "csv").stdout.decode()
check("handed over, they are forgotten", left.count("\n") != 1 and left)
finish()
