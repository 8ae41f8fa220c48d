#!/usr/bin/env python3
# timeout: 400
"""When sources are fetched: schedules that were missed, that rest, that have
hours, that wait for each other to a deadline; runs asked for by hand; and one
run a source at a time, whatever is killed. With real workers."""
import datetime
import json
import os
import re
import signal
import subprocess
import time

HOMEROOM = os.environ["HOMEROOM_BINARY"]
os.environ["HOMEROOM_HOME"] = os.path.abspath("home")


def run(*args, code=0):
    done = subprocess.run([HOMEROOM, *args], capture_output=True, text=True)
    assert done.returncode == code, (args, done.returncode, done.stdout,
                                     done.stderr)
    return done.stdout + done.stderr


def sql(text):
    """As the cluster's superuser; a worker keeps the cluster up."""
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h",
         os.path.abspath("home/postgres"), "-U", "homeroom_superuser",
         "-d", "homeroom", "-c", text], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def case(name, good, why=""):
    print(("ok " if good else "not ok ") + name, flush=True)
    if not good:
        print("# " + str(why)[:3000].replace("\n", "\n# "))
        print("# " + run("jobs").replace("\n", "\n# "))


def jobs(name):
    return json.loads(run("jobs", "--kind", "source", "--name", name, "-o",
                          "json"))


def until(what, seconds=30):
    for _ in range(seconds * 5):
        if what():
            return True
        time.sleep(0.2)
    return False


class Worker:
    """A process of `homeroom work`."""
    count = 0

    def __init__(self):
        Worker.count += 1
        self.log = open(f"work{Worker.count}.log", "w", encoding="utf-8")
        self.process = subprocess.Popen([HOMEROOM, "work"], stderr=self.log)

    def end(self, sign=signal.SIGTERM):
        self.process.send_signal(sign)
        return self.process.wait()


def ago(hours):
    return (datetime.datetime.now(datetime.timezone.utc)
            - datetime.timedelta(hours=hours))


def daily(when):
    return f"{when.minute} {when.hour} * * *"


def source(name, *lines, marker="done"):
    with open(f"{name}.yaml", "w", encoding="utf-8") as f:
        print("kind: source", f"name: {name}", "type: oneroster",
              f"path: {os.path.abspath(name)}", "ready:",
              f"  marker: {marker}", *lines, sep="\n", file=f)
    return run("apply", f"{name}.yaml")


def yesterday():
    """All runs were yesterday's."""
    sql("update homeroom.import set started = started - interval '1 day'")


def due(name, when):
    sql("update homeroom.schedule set next = "
        f"date_trunc('minute', '{when.isoformat()}'::timestamptz) "
        f"where subject = '{name}'")


run("generate", "sis", "--students", "100")
os.mkdir("hr")
for name in os.listdir("sis"):
    if name in ("manifest.csv", "orgs.csv"):
        with open(f"sis/{name}", encoding="utf-8") as f:
            text = f.read()
        if name == "manifest.csv":
            text = re.sub(r"file\.(?!orgs)(\w+),bulk", r"file.\1,absent", text)
        else:
            text = text.splitlines()[0] + "\nhr-1,,,HR Office,department,,\n"
        with open(f"hr/{name}", "w", encoding="utf-8") as f:
            f.write(text)
for name in ("sis", "hr"):
    open(f"{name}/done", "w", encoding="utf-8").close()

# --- asked for by hand --------------------------------------------------------

source("sis")
case("699 it would", "would do it" in run("jobs", "run", "sis", "--dry-run")
     and all(j["state"] != "waiting" for j in jobs("sis")), run("jobs"))
case("700 the next worker will do it", "next worker" in run("jobs", "run", "sis"))
run("jobs", "run", "nobody", code=1)
run("jobs", "run", code=2)
run("jobs", "rest", "sis", code=2)
worker = Worker()
case("701 and does", until(lambda: jobs("sis")[0]["state"] == "done"))
job = jobs("sis")[0]
case("702 how long it took, who asked, what it did",
     job["seconds"] >= 0 and job["by"] and job["counts"]["added"] > 100
     and "added" in job["what"], job)

# --- a schedule that rests ----------------------------------------------------

source("sis", f"schedule: \"{daily(ago(3))}\"")
case("709 would rest", "would rest" in run("jobs", "pause", "sis", "--dry-run")
     and "paused" not in run("get", "source", "sis"), run("get", "source", "sis"))
case("710 rests", "rests" in run("jobs", "pause", "sis"))
due("sis", ago(3))
time.sleep(3)
case("711 no job", len(jobs("sis")) == 1, jobs("sis"))
case("712 its settings say so", "paused" in run("get", "source", "sis"),
     run("get", "source", "sis"))
case("713 so does status", "paused" in run("status"))
case("714 who did it", re.search(r"paused.*true", run("audit", "--settings",
                                                       "-o", "csv")))
case("715 goes on", "goes on" in run("jobs", "resume", "sis"))
listed = json.loads(run("jobs", "schedules", "-o", "json"))[0]
case("716 from now", listed["state"] == "on"
     and listed["next"] > ago(0).isoformat()[:19], listed)
case("717 its settings say nothing", "paused" not in run("get", "source",
                                                          "sis"))
run("jobs", "pause", "nobody", code=1)

# --- missed -------------------------------------------------------------------

source("sis", 'schedule: "0 * * * *"')
due("sis", ago(5).replace(minute=0))
worker.end()
case("720 overdue without a worker",
     "overdue" in run("jobs", "schedules")
     and "does `homeroom work` run?" in run("status"), run("status"))
worker = Worker()
case("721 made up for once", until(lambda: len(jobs("sis")) == 2
     and jobs("sis")[0]["state"] == "done"), jobs("sis"))
case("722 and how many went by", jobs("sis")[0]["missed"] in (4, 5),
     jobs("sis"))
case("723 not overdue any more", "overdue" not in run("jobs", "schedules")
     and "missed" not in run("status"))

# --- after another ------------------------------------------------------------

source("sis", f"schedule: \"{daily(ago(3))}\"")
os.remove("sis/done")
source("hr", f"schedule: \"{daily(ago(2))}\"", "after: [sis]")
yesterday()
due("sis", ago(3))
case("730 it is late", until(lambda: "marker" in (jobs("sis")[0]["what"] or "")))
due("hr", ago(2))
case("731 who comes after it waits",
     until(lambda: jobs("hr") and jobs("hr")[0]["what"] == "waits for sis"),
     jobs("hr"))
case("732 which is no attempt", until(lambda: jobs("hr")[0]["attempts"] == 0))
open("sis/done", "w", encoding="utf-8").close()
run("jobs", "run", "sis")
case("733 until it is in", until(lambda: jobs("hr")[0]["state"] == "done"),
     jobs("hr"))
case("734 and no longer", "late" not in jobs("hr")[0]["what"], jobs("hr"))

# --- to a deadline ------------------------------------------------------------

os.remove("sis/done")
source("hr", f"schedule: \"{daily(ago(2))}\"", "after: [sis]",
       f"deadline: \"{ago(1).strftime('%H:%M')}\"")
yesterday()
due("sis", ago(3))
until(lambda: jobs("sis")[0]["state"] == "waiting")
due("hr", ago(2))
case("740 at the deadline it goes on", until(lambda: len(jobs("hr")) == 2
     and jobs("hr")[0]["state"] == "done"), jobs("hr"))
case("741 and says without whom", "without news of sis" in jobs("hr")[0]["what"],
     jobs("hr"))
source("hr", f"schedule: \"{daily(ago(2))}\"", "after: [sis]", "late: skip",
       f"deadline: \"{ago(1).strftime('%H:%M')}\"")
due("hr", ago(2))
case("742 or not", until(lambda: len(jobs("hr")) == 3
     and jobs("hr")[0]["state"] == "failed"), jobs("hr"))
case("743 and says why", "left out" in jobs("hr")[0]["what"]
     and "sis" in jobs("hr")[0]["what"], jobs("hr"))
with open("circle.yaml", "w", encoding="utf-8") as f:
    f.write(f"kind: source\nname: sis\ntype: oneroster\npath: /x\n"
            "after: [hr]\n")
case("744 a circle is refused", "wait for itself" in run(
    "apply", "circle.yaml", code=1))

# --- hours --------------------------------------------------------------------

open("sis/done", "w", encoding="utf-8").close()
source("hr", f"schedule: \"{daily(ago(2))}\"",
       f"hours: {ago(4).strftime('%H:%M')}-{ago(1).strftime('%H:%M')}")
due("hr", ago(2))
case("750 outside of its hours it waits", until(lambda: len(jobs("hr")) == 4
     and jobs("hr")[0]["what"] == "waits for its hours"), jobs("hr"))
case("751 which is tomorrow", jobs("hr")[0]["wanted"][11:16]
     == ago(4).strftime("%H:%M") and jobs("hr")[0]["wanted"]
     > ago(0).isoformat()[:19], jobs("hr"))
run("jobs", "run", "hr")
case("752 asked for, it runs", until(lambda: jobs("hr")[0]["state"] == "done"),
     jobs("hr"))
for bad in ("hours: 22:00", "hours: 22:00-22:00", 'deadline: "5:00"',
            "late: perhaps"):
    with open("bad.yaml", "w", encoding="utf-8") as f:
        f.write(f"kind: source\nname: x\ntype: oneroster\npath: /x\n{bad}\n")
    case(f"753 {bad}", "bad.yaml:5" in run("apply", "bad.yaml", code=1))

# --- one at a time ------------------------------------------------------------

run("jobs", "run", "sis")
until(lambda: jobs("sis")[0]["state"] == "done")
worker.end()
with open("sis.yaml", "w", encoding="utf-8") as f:
    f.write("kind: source\nname: sis\ntype: oneroster\n"
            f"path: {os.path.abspath('sis')}\nready:\n  stableSeconds: 4\n")
run("apply", "sis.yaml")
os.remove("sis/done")
workers = [Worker(), Worker()]
time.sleep(1)
imports = sql("select count(*) from homeroom.import")
before = len(jobs("sis"))
for _ in range(5):
    run("jobs", "run", "sis")
case("760 it runs", until(lambda: jobs("sis")[0]["state"] == "running"),
     jobs("sis"))
run("jobs", "run", "sis")
case("762 not by hand either", "another process fetches" in run(
    "import", "--source", "sis", code=1))
case("763 done once", until(lambda: jobs("sis")[0]["state"] == "done")
     and len(jobs("sis")) == before + 1
     and int(sql("select count(*) from homeroom.import")) == int(imports) + 1,
     jobs("sis"))

# Whoever has it is killed in the middle; the other takes it when it is over.
run("jobs", "run", "sis")
until(lambda: jobs("sis")[0]["state"] == "running")
owner = int(sql("select split_part(worker, ':', 2) from homeroom.job "
                "where outcome is null and kind = 'source'"))
victim = next(w for w in workers if w.process.pid == owner)
victim.end(signal.SIGKILL)
sql("update homeroom.job set lease = now() - interval '1 second' "
    "where outcome is null")
other = next(w for w in workers if w is not victim)
case("770 another worker takes over", until(
    lambda: jobs("sis")[0]["state"] == "done"), jobs("sis"))
case("771 as a second attempt", jobs("sis")[0]["attempts"] == 2, jobs("sis"))
case("772 and stops", other.end() == 0)
