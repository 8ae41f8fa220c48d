#!/usr/bin/env python3
# timeout: 900
"""Runs that are killed, and a domain controller that is, or freezes, at any
moment, dozens of times (HOMEROOM_TEST_KILLS for hundreds): nothing is lost and
nothing is done twice, and each account has the password that was kept. Two
runs at a time share the work."""
import os
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"], "tests",
                                "support"))
from district import HOMEROOM, check, finish
from school import Controller, Provisioned, School, day, differences, slips

KILLS = int(os.environ.get(
    "HOMEROOM_TEST_KILLS",
    "30" if os.environ.get("HOMEROOM_TEST_MODE") == "release" else "5"))
SEED = int(os.environ.get("HOMEROOM_TEST_SEED", "0")) or \
    int.from_bytes(os.urandom(3), "big")
rng = random.Random(SEED)
print("# seed %d" % SEED, flush=True)

today = day("2025-10-01")
school = School(120, 12, seed=2)
controller = Controller()
controller.sh("start")
homeroom = Provisioned(controller, today)
homeroom.roster(school)
rules = homeroom.rules
with open("rules.yaml", "w") as f:
    f.write(rules.replace("\ntimeZone:", "\n  timeout: 3000\ntimeZone:", 1))
homeroom.run("apply", "rules.yaml")


def begin():
    return subprocess.Popen([HOMEROOM, "sync", "school"], env=homeroom.env,
                            stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=open("err", "w"),
                            start_new_session=True)


def more_work():
    school.night(today)
    for _ in range(15):
        school.join("student", today)
    for p in rng.sample([p for p in school.people.values() if not p.end], 25):
        p.school = rng.choice(["north", "south", "west"])
    there = [p for p in school.people.values() if p.had_account and not p.end]
    for p in rng.sample(there, 4):
        p.end = today
    homeroom.roster(school)


kills = {"run": 0, "controller": 0, "both": 0, "frozen": 0}
while sum(kills.values()) < KILLS:
    runs = [begin() for _ in range(rng.choice([1, 1, 2]))]
    time.sleep(rng.uniform(0.2, 3.0))
    what = rng.choice(["run", "run", "run", "controller", "controller", "both",
                       "both", "frozen"])
    if runs[0].poll() is not None and runs[0].returncode == 0:
        for r in runs:
            r.wait(600)
        more_work()
        continue
    kills[what] += 1
    dies = what in ("controller", "both")
    if dies:
        os.kill(controller.pid(), signal.SIGKILL)
    if what in ("run", "both"):
        for r in runs:
            r.kill()
    if what == "frozen":
        os.kill(controller.pid(), signal.SIGSTOP)
        time.sleep(rng.uniform(0, 5))
        os.kill(controller.pid(), signal.SIGCONT)
    if dies:
        time.sleep(rng.uniform(0, 0.5))
        controller.sh("kill")
        controller.sh("start")
    for r in runs:
        r.wait(600)
check("killed: %s" % kills)
for _ in range(5):
    done = homeroom.run("sync", "school", ok=False)
    if done.returncode == 0:
        break
check("ended at last", done.returncode and done.stderr.decode()[-900:])
school.night(today)
wrong = differences(school, controller, today)
check("nothing is lost, nothing is twice", wrong)
again = homeroom.actions("plan", "school", "--whole")
check("nothing is left to plan", again and str(again[:4]))
homeroom.run("password", "slips", "school", "slips.html")
accounts = {e["sAMAccountName"][0] for e in controller.entries()}
opened = [o for o in slips("slips.html") if o[0] in accounts]
wrong = [login for login, password in rng.sample(opened, min(40, len(opened)))
         if controller.knock(login, password) == "52e"]
check("their passwords are those that were kept",
      "nobody has one" if not opened else str(wrong) if wrong else "")
logins = [e["sAMAccountName"][0].lower() for e in controller.entries()]
check("no account is strange", len(logins) != len(set(logins)) and "twice")
finish()
