#!/usr/bin/env python3
# timeout: 300
"""The report on the live roster, through the built binary: as table, JSON, CSV
and a page; compared with the version before; without names unless asked; and
made by the worker after each version, also when one worker is killed."""
import csv
import html.parser
import io
import json
import os
import signal
import subprocess
import time

HOMEROOM = os.environ["HOMEROOM_BINARY"]
os.environ["HOMEROOM_HOME"] = os.path.abspath("home")


def run(*args, code=0):
    done = subprocess.run([HOMEROOM, *args], capture_output=True, text=True)
    assert done.returncode == code, (args, done.returncode, done.stdout[-2000:],
                                     done.stderr)
    return done.stdout


def case(name, good, why=""):
    print(("ok " if good else "not ok ") + name)
    if not good:
        print("# " + str(why)[:2000].replace("\n", "\n# "))


def report(*args, code=0):
    return json.loads(run("check", "-o", "json", *args, code=code))


def found(told):
    return {c["code"]: c for c in told["checks"]}


def change(name, rows):
    """Rewrites a file of the bundle, each row by `rows`."""
    path = os.path.join("day", name)
    with open(path, newline="", encoding="utf-8") as f:
        lines = list(csv.DictReader(f))
    header = lines[0].keys()
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.DictWriter(f, header, lineterminator="\n")
        out.writeheader()
        out.writerows(rows(lines))


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [v for k, v in attrs if k in ("src", "href", "action")]

    def handle_data(self, data):
        self.text.append(data)


# --- before anything was imported --------------------------------------------

case("600 nothing yet", "no version yet" in run("check"))
run("generate", "day", "--students", "100")
run("import", "day")
first = report()
case("601 the first time nothing is new",
     first["version"] == 1 and first["before"] is None
     and all(c["new"] is None for c in first["checks"]), first)

# --- what is wrong ------------------------------------------------------------


def odd_users(rows):
    students = [r for r in rows if r["grades"]]
    students[0]["username"] = students[1]["username"].upper()
    students[2]["grades"] = ""
    students[2]["givenName"] = "<script>alert(1)</script>"
    return rows


change("users.csv", odd_users)
odd_id = next(r["sourcedId"] for r in
              csv.DictReader(open("day/users.csv", encoding="utf-8"))
              if r["givenName"].startswith("<script"))


def odd_enrollments(rows):
    return [r for r in rows
            if r["userSourcedId"] != odd_id or r["role"] != "student"]


change("enrollments.csv", odd_enrollments)


def odd_demographics(rows):
    rows[0]["birthDate"] = "2199-01-01"
    return rows


change("demographics.csv", odd_demographics)
run("import", "day", "--accept")
told = report(code=1)
now = found(told)
case("610 found", now["usernamesTwice"]["count"] == 2
     and now["studentsWithNoGrade"]["count"] == 1
     and now["studentsInNoClass"]["count"] == 1
     and now["birthDatesToCome"]["count"] == 1, now)
case("611 new", told["before"] == 1 and now["usernamesTwice"]["new"] == 2
     and now["studentsInNoClass"]["examples"][0]["new"], now)
case("612 where", now["studentsInNoClass"]["examples"][0]["sourcedId"] == odd_id
     and now["studentsInNoClass"]["examples"][0]["school"], now)
case("613 each with advice", all(c["advice"] for c in now.values()))

table = run("check", code=1)
case("614 as a table", "usernamesTwice" in table and odd_id in table, table)
rows = list(csv.DictReader(io.StringIO(run("check", "-o", "csv", code=1))))
case("615 as CSV", {r["code"]: r["count"] for r in rows}
     == {c["code"]: str(c["count"]) for c in told["checks"]}, rows)
rows = json.loads(run("check", "--code", "usernamesTwice", "-o", "json",
                      code=1))
case("616 all of one check", len(rows) == 2
     and rows[0]["sourcedId"] in rows[1]["detail"], rows)
case("617 no name unless asked", "alert" not in table
     and "alert" not in run("check", "-o", "json", code=1)
     and "alert" in run("check", "--names", code=1))
case("618 which there are", len(run("check", "--list").splitlines()) > 30)
run("check", "--code", "nothing", code=2)
run("check", "--names", "day", code=2)

# --- a page --------------------------------------------------------------------

run("check", "--html", "page.html", "--names", code=1)
text = open("page.html", encoding="utf-8").read()
page = Page(text)
case("620 a page needs nothing but itself", not page.links
     and "script" not in page.tags and "@import" not in text
     and "url(" not in text, page.links)
case("621 and says it all", any(odd_id in t for t in page.text)
     and "<script>" not in text and "&lt;script&gt;" in text)
case("622 for nobody else to read", os.stat("page.html").st_mode & 0o77 == 0)
run("check", "--html", "nowhere/page.html", code=1)

# --- mended -----------------------------------------------------------------------

change("users.csv", lambda rows: [dict(r, grades=r["grades"] or (
    "05" if r["sourcedId"] == odd_id else "")) for r in rows])
run("import", "day", "--accept")
now = found(report(code=1))
case("630 gone", now["studentsWithNoGrade"]["count"] == 0
     and now["studentsWithNoGrade"]["gone"] == 1, now)
case("631 as before", now["usernamesTwice"]["new"] == 0
     and now["usernamesTwice"]["gone"] == 0, now)
case("632 all of them", len(report("--all", code=1)["checks"])
     == len(run("check", "--list", "-o", "csv").splitlines()) - 1)

# --- how grave a district says that they are ----------------------------------


def apply(severity, code=0, check="usernamesTwice"):
    with open("district.yaml", "w", encoding="utf-8") as out:
        out.write("kind: district\nname: default\nchecks:\n  %s: %s\n"
                  % (check, severity))
    return run("apply", "district.yaml", code=code)


apply("info")
now = found(report(code=1))
case("633 a district may say otherwise", now["usernamesTwice"]["severity"]
     == "info", now)
apply("off")
case("634 a check may be off", "usernamesTwice" not in found(report(code=1)))
apply("grave", code=1)
apply("off", code=1, check="usersThrice")
case("635 what is no severity and no check is refused", True)
apply("error")
case("636 and on again", found(report(code=1))["usernamesTwice"]["severity"]
     == "error")

# --- by the worker ------------------------------------------------------------


def checks():
    return [j for j in json.loads(run("jobs", "--kind", "checks", "-o", "json"))]


def until(what):
    for _ in range(300):
        if what():
            return True
        time.sleep(0.1)
    return False


case("640 the newest version wants one", [j["subject"] for j in checks()
     if j["state"] == "waiting"] == ["version 3"], checks())
with open("work.log", "w", encoding="utf-8") as log:
    worker = subprocess.Popen([HOMEROOM, "work"], stderr=log)
done = until(lambda: [j for j in checks() if j["state"] == "done"])
case("641 the worker makes it", done and "errors" in checks()[0]["what"],
     checks())
worker.send_signal(signal.SIGKILL)
worker.wait()
change("users.csv", lambda rows: rows[:-1])
run("import", "day", "--accept")
with open("work.log", "w", encoding="utf-8") as log:
    worker = subprocess.Popen([HOMEROOM, "work"], stderr=log)
done = until(lambda: [j for j in checks() if j["state"] == "done"
                      and j["subject"] == "version 4"])
case("642 and the next one, after it was killed", done, checks())
worker.terminate()
case("643 and stops", worker.wait() == 0)

# --- an import as a page --------------------------------------------------------

change("enrollments.csv", lambda rows: rows + [
    dict(rows[0], sourcedId="odd", userSourcedId="<script>nobody</script>")])
page = Page(run("import", "day", "--dry-run", "-o", "html"))
case("650 an import's report as a page says what was found",
     "<script>nobody</script>" in page.text and "users.csv" in page.text,
     page.text)
case("651 and needs nothing from elsewhere", not page.links
     and "script" not in page.tags, page.tags)
