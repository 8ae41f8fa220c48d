"""A school whose people come, move, leave and come back, and a domain
controller in which they have accounts: what ought to be there is worked out
here, from the same people, by other means than Homeroom's."""
import atexit
import base64
import csv
import datetime
import html
import json
import os
import random
import re
import subprocess

from district import HOMEROOM, SOURCE

SAMBA = os.path.join(SOURCE, "tests", "support", "samba.sh")
BASE = "OU=School,DC=ad,DC=example,DC=test"
DELETE_DAYS, EARLY_DAYS = 28, 14
SCHOOLS = ["north", "south", "west"]
READ = ["employeeNumber", "sAMAccountName", "objectGUID", "uSNChanged",
        "userAccountControl", "memberOf", "givenName", "sn", "displayName",
        "department", "mail", "proxyAddresses", "accountExpires",
        "description"]

RULES = """
kind: directory
name: school
type: ad
connection:
  server: [ "ldaps://%(address)s" ]
  user: homeroom@ad.example.test
  passwordFile: %(folder)s/password
  authorities: %(folder)s/dc/tls/ca.pem
  base: %(base)s
timeZone: America/Chicago
apply: { parallel: 3 }
match:
  - { attribute: employeeNumber, value: { copy: sourcedId } }
  - { attribute: mail, value: { copy: email } }
thresholds:
  disable: { percent: 60 }
  delete: { percent: 60 }
---
kind: rule
name: students
directory: school
order: 10
when: { column: role, equals: student }
login:
  candidates:
    - [ { concat: [ { copy: givenName }, ".", { copy: familyName } ] }, ascii, lower, { replace: { pattern: "[^a-z0-9.]", with: "" } } ]
place: [ Students, { copy: school }, { copy: grade } ]
attributes:
  employeeNumber: { copy: sourcedId }
  givenName: { copy: givenName }
  sn: { copy: familyName }
  department: { copy: school }
  displayName: { concat: [ { copy: givenName }, " ", { copy: familyName } ] }
groups:
  - { name: { concat: [ "students-", { copy: school.identifier } ] }, place: [ Groups ], mode: exact }
  - { name: { concat: [ "grade-", { copy: grade } ] }, place: [ Groups ] }
life:
  createDaysBefore: "14"
  leaversPlace: [ Leavers ]
  stripGroups: true
  deleteAfterDays: "28"
  summer: { not: { column: grade, equals: "12" } }
---
kind: rule
name: staff
directory: school
order: 20
when: { column: role, equals: [ teacher, aide, principal ] }
login:
  candidates:
    - [ { concat: [ { copy: givenName }, ".", { copy: familyName } ] }, ascii, lower, { replace: { pattern: "[^a-z0-9.]", with: "" } } ]
place: [ Staff ]
attributes:
  employeeNumber: { copy: sourcedId }
  givenName: { copy: givenName }
  sn: { copy: familyName }
  displayName: { concat: [ { copy: givenName }, " ", { copy: familyName } ] }
groups:
  - { name: { concat: [ "staff-", { copy: school.identifier } ] }, place: [ Groups ], mode: exact }
life: { leaversPlace: [ Leavers ], stripGroups: true, deleteAfterDays: "28", createDaysBefore: "14" }
"""

GIVEN = ("Ada Alan Zoë José Änne Bob Chloé Dmitri Ella Femke Goran Hana Ines "
         "Jürgen Kofi Lucía Maya Nuño Olga Pelé Quinn Rosa Søren Tomás Uma "
         "Vera Wim Xena Yara Łukasz").split()
FAMILY = ("O'Neil Müller García Nguyễn Smith Jones Kovač Øverby Çelik Ruiz "
          "Brown Weiß Şahin Novák Silva Fox Lee Adams Diaz Park").split()


def day(text):
    return datetime.date.fromisoformat(text)


class Person:
    def __init__(self, number, rng, role, school, grade, begin):
        self.id = "%s-%05d" % (role[:2], number)
        self.given, self.family = rng.choice(GIVEN), rng.choice(FAMILY)
        self.role, self.school, self.grade = role, school, grade
        self.begin, self.end = begin, None   # the day after the last
        self.past = []                       # roles that are over, and when
        self.leave = False                   # the source has them disabled
        self.missing = False                 # out of the source
        self.readings = 0                    # so many without them
        self.lost = None                     # the day on which they were gone
        self.had_account = False
        self.off = None                      # the night it was disabled in
        self.gone = False                    # it was deleted
        self.by_hand = set()                 # groups that no rule put it in
        self.guarded = False                 # nothing may touch it

    def class_code(self):
        return "%s-%s" % (self.school, self.grade)

    def email(self):
        return self.id + "@sis.example.org"


    def come_back(self):
        self.end, self.missing, self.readings, self.lost = None, False, 0, None

    def over(self):
        """The day after their last one, by the source or for want of it."""
        return min(filter(None, (self.end, self.lost)), default=None)


class School:
    """With `classes`, each grade of a school is one. Who is missing from
    `absent` readings is gone."""

    def __init__(self, students, staff, seed=1, classes=False, absent=1):
        self.rng = random.Random(seed)
        self.classes, self.absent = classes, absent
        self.people, self.made = {}, 0
        self.years = [("sy25", "2025-08-18", "2026-06-13", "2026")]
        for _ in range(students):
            self.join("student", day("2025-08-18"))
        for _ in range(staff):
            self.join("teacher", day("2025-08-18"))

    def join(self, role, begin):
        self.made += 1
        grade = "%02d" % self.rng.randint(1, 12) if role == "student" else ""
        person = Person(self.made, self.rng, role,
                        self.rng.choice(SCHOOLS), grade, begin)
        self.people[person.id] = person
        return person

    def write(self, folder):
        os.makedirs(folder, exist_ok=True)
        names = ["academicSessions", "orgs", "users", "roles"]
        if self.classes:
            names += ["courses", "classes", "enrollments"]
        self.table(folder, "manifest", ["propertyName", "value"], [
            ["manifest.version", "1.0"], ["oneroster.version", "1.2"]] + [
                ["file." + name, "bulk"] for name in names])
        self.table(folder, "orgs", ["sourcedId", "status", "dateLastModified",
                                    "name", "type", "identifier",
                                    "parentSourcedId"],
                   [["district", "", "", "District", "district", "d", ""]] +
                   [[s, "", "", s.title() + " School", "school", s, "district"]
                    for s in SCHOOLS])
        self.table(folder, "academicSessions",
                   ["sourcedId", "status", "dateLastModified", "title", "type",
                    "startDate", "endDate", "parentSourcedId", "schoolYear"],
                   [[i, "", "", i, "schoolYear", b, e, "", y]
                    for i, b, e, y in self.years])
        there = [p for p in self.people.values() if not p.missing]
        self.table(folder, "users",
                   ["sourcedId", "status", "dateLastModified", "enabledUser",
                    "username", "givenName", "familyName", "identifier",
                    "email", "grades", "primaryOrgSourcedId"],
                   [[p.id, "", "", "false" if p.leave else "true", p.id,
                     p.given, p.family, p.id, p.email(), p.grade, p.school]
                    for p in there])
        self.table(folder, "roles",
                   ["sourcedId", "status", "dateLastModified", "userSourcedId",
                    "roleType", "role", "beginDate", "endDate",
                    "orgSourcedId"],
                   [["r%d-%s" % (i, p.id), "", "", p.id, "primary", role,
                     begin.isoformat(), end.isoformat() if end else "",
                     p.school] for p in there for i, (role, begin, end) in
                    enumerate(p.past + [(p.role, p.begin, p.end)])])
        if self.classes:
            self.write_classes(folder, there)

    def write_classes(self, folder, there):
        self.table(folder, "courses", ["sourcedId", "status",
                                       "dateLastModified", "title",
                                       "orgSourcedId"],
                   [["course", "", "", "Homeroom", "district"]])
        self.table(folder, "classes",
                   ["sourcedId", "status", "dateLastModified", "title",
                    "classCode", "classType", "courseSourcedId",
                    "schoolSourcedId", "termSourcedIds"],
                   [[c, "", "", c, c, "homeroom", "course", c[:-3],
                     self.years[-1][0]] for c in
                    ("%s-%02d" % (s, g) for s in SCHOOLS
                     for g in range(1, 13))])
        self.table(folder, "enrollments",
                   ["sourcedId", "status", "dateLastModified",
                    "classSourcedId", "schoolSourcedId", "userSourcedId",
                    "role"],
                   [["e-" + p.id, "", "", p.class_code(), p.school, p.id,
                     "student"] for p in there if p.grade])

    def reading(self, today):
        """The bundle was read: who was missing in it may be gone."""
        for p in self.people.values():
            if p.missing:
                p.readings += 1
                if p.readings == self.absent:
                    p.lost = today

    @staticmethod
    def table(folder, name, header, rows):
        with open(os.path.join(folder, name + ".csv"), "w", newline="") as f:
            csv.writer(f).writerows([header] + rows)

    def end_of(self, p):
        """From which day on they are no more; None: it is not known. Summer
        is no departure, but for those who are done."""
        end = p.over()
        if end is None or p.role != "student" or p.grade == "12":
            return end
        starts = [day(y[1]) for y in self.years[1:]] + [None]
        for year, start in zip(self.years, starts):
            over = day(year[2])
            back = start + datetime.timedelta(days=14) if start else (
                over + datetime.timedelta(days=120))
            if over - datetime.timedelta(days=45) <= end < back:
                return back
        return end

    def has_left(self, p, today):
        end = self.end_of(p)
        return end is not None and today >= end

    def expected(self, today):
        """id → (place, enabled, groups) of those who ought to have one."""
        out = {}
        for p in self.people.values():
            if not p.had_account or p.guarded:
                continue
            if self.has_left(p, today):
                out[p.id] = ("OU=Leavers," + BASE, False, set())
                continue
            if p.role == "student":
                place = "OU=%s,OU=%s School,OU=Students,%s" % (
                    p.grade, p.school.title(), BASE)
                groups = {"students-" + p.school, "grade-" + p.grade}
            else:
                place, groups = "OU=Staff," + BASE, {"staff-" + p.school}
            # Who is gone is in no class, though waited for in summer.
            if self.classes and p.grade and p.lost is None:
                groups.add("class-" + p.class_code())
            out[p.id] = (place, today >= p.begin and not p.leave,
                         groups | p.by_hand)
        return out

    def night(self, today):
        """What the night's run makes of accounts: their clocks."""
        for p in self.people.values():
            left = self.has_left(p, today)
            if not left and today >= p.begin - datetime.timedelta(
                    days=EARLY_DAYS):
                p.had_account, p.gone = True, False
            if not p.had_account:
                continue
            if left or p.leave or today < p.begin:
                p.off = p.off or today
            else:
                p.off = None
            if not left:
                continue
            p.by_hand = set()
            due = max(p.off, self.end_of(p)) + datetime.timedelta(
                days=DELETE_DAYS)
            if today >= due and not p.guarded:
                p.gone, p.had_account, p.off = True, False, None


class Controller:
    """A domain controller of Samba's."""

    def __init__(self, folder="dc"):
        self.folder = os.path.abspath(folder)
        self.sh("new")
        self.sam = os.path.join(self.folder, "private", "sam.ldb")

    def sh(self, what):
        subprocess.run(["sh", SAMBA, what, self.folder], check=True,
                       stdout=subprocess.DEVNULL, timeout=500)

    def address(self):
        with open(os.path.join(self.folder, "address")) as f:
            return f.read().strip()

    def pid(self):
        with open(os.path.join(self.folder, "pid")) as f:
            return int(f.read())

    def knock(self, login, password):
        """What it says to one who signs in: 773 is that the password is right,
        and must be changed; 52e that it is wrong."""
        done = subprocess.run(
            ["ldapsearch", "-x", "-H", "ldaps://" + self.address(), "-D",
             "ADTEST\\" + login, "-w", password, "-b", BASE, "-s", "base"],
            env={**os.environ,
                 "LDAPTLS_CACERT": self.folder + "/tls/ca.pem"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        found = re.search(r"data ([0-9a-f]+)", done.stdout.decode())
        return found.group(1) if found else (
            "in" if done.returncode == 0 else "?")

    def passwords(self):
        """Of all accounts, as they are stored."""
        done = subprocess.run(
            ["ldbsearch", "-H", self.sam, "-b", BASE, "(objectClass=user)",
             "unicodePwd"], check=True, stdout=subprocess.PIPE, timeout=300)
        return re.findall(r"dn: .*\nunicodePwd:: .*", done.stdout.decode())

    def add(self, ldif):
        """With the server stopped: one transaction."""
        subprocess.run(["ldbadd", "-H", self.sam], input=ldif.encode(),
                       check=True, stdout=subprocess.DEVNULL, timeout=300)

    def change(self, ldif):
        """What people do there by hand."""
        subprocess.run(["ldbmodify", "-H", self.sam], input=ldif.encode(),
                       check=True, stdout=subprocess.DEVNULL, timeout=300)

    def entries(self, condition="(objectClass=user)", base=BASE):
        out = subprocess.run(
            ["ldbsearch", "-H", self.sam, "-b", base, condition, *READ],
            check=True, stdout=subprocess.PIPE, timeout=300).stdout.decode()
        return list(filter(None, map(self.entry, out.split("\n\n"))))

    @staticmethod
    def entry(text):
        found = {}
        for line in text.replace("\n ", "").split("\n"):
            if line.startswith("#") or ": " not in line:
                continue
            name, value = line.split(": ", 1)
            if name.endswith(":"):
                name, value = name[:-1], base64.b64decode(value).decode(
                    errors="replace")
            found.setdefault(name, []).append(value)
        return found if "dn" in found else None


class Provisioned:
    """Homeroom beside the two, with its clock moved. Its rules are applied by
    the test, as they are or changed."""

    def __init__(self, controller, today=None):
        self.controller = controller
        folder = "home"
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith("HOMEROOM_")}
        self.env.update(HOMEROOM_HOME=os.path.abspath(folder),
                        HOMEROOM_LOG="error")
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o755)
        # So that no command starts Postgres.
        self.server = subprocess.Popen(
            [HOMEROOM, "serve"], stdin=subprocess.DEVNULL,
            env={**self.env, "HOMEROOM_LISTEN": "127.0.0.1:0"})
        atexit.register(self.close)
        with open("password", "w") as f:
            f.write("Passw0rd.Service1\n")
        os.chmod("password", 0o600)
        self.rules = RULES % {"address": controller.address(),
                              "folder": os.getcwd(), "base": BASE}
        with open("rules.yaml", "w") as f:
            f.write(self.rules)
        if today:
            self.at(today)

    def close(self):
        self.server.terminate()
        self.server.wait(60)

    def at(self, today, hour=12):
        """UTC: from 6 o'clock on it is the same day in Chicago."""
        moment = datetime.datetime(today.year, today.month, today.day, hour,
                                   tzinfo=datetime.timezone.utc)
        self.env["HOMEROOM_CLOCK"] = str(int(moment.timestamp()))

    def run(self, *args, ok=True):
        done = subprocess.run([HOMEROOM, *args], env=self.env,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, timeout=1200)
        if ok and done.returncode != 0:
            raise SystemExit("not ok homeroom %s: %s%s" % (
                " ".join(args), done.stdout.decode(errors="replace")[-3000:],
                done.stderr.decode(errors="replace")))
        return done

    def roster(self, school):
        """What the school's people are now, taken in."""
        school.write("bundle")
        self.run("import", "bundle")

    def actions(self, *args, ok=True):
        """The plan of a command, as a list."""
        return json.loads(self.run(*args, "-o", "json", ok=ok).stdout)


def slips(file):
    """(login, password) of each slip that was printed."""
    with open(file, encoding="utf-8") as f:
        text = f.read()
    return [tuple(map(html.unescape, found)) for found in re.findall(
        r"<dd>(.*?)</dd><dt>Password</dt><dd>(.*?)</dd>", text)]


def account_of(entry):
    """(place, enabled, groups) of an entry."""
    place = entry["dn"][0].split(",", 1)[1]
    groups = {m.split(",", 1)[0][3:] for m in entry.get("memberOf", [])}
    enabled = not int(entry["userAccountControl"][0]) & 2
    return place, enabled, groups


def values_of(p):
    """Attributes as rules want them."""
    wanted = {"givenName": [p.given], "sn": [p.family],
              "displayName": ["%s %s" % (p.given, p.family)]}
    if p.role == "student":
        wanted["department"] = [p.school.title() + " School"]
    return wanted


def in_words(wrong):
    return "; ".join(sorted(wrong)[:8]) + (
        " … %d" % len(wrong) if len(wrong) > 8 else "")


def differences(school, controller, today, entries=None):
    """What is otherwise than it ought to be, in words; "" when nothing is.
    `entries`: what is there, if it was read already."""
    expected, seen, wrong = school.expected(today), {}, []
    for entry in entries or controller.entries("(employeeNumber=*)"):
        number = entry.get("employeeNumber", [None])[0]
        if number is None or school.people[number].guarded:
            continue
        if number in seen:
            wrong.append("%s has two accounts" % number)
        seen[number] = entry
    for number in set(expected) | set(seen):
        if number not in seen:
            wrong.append("%s has no account" % number)
        elif number not in expected:
            wrong.append("%s still has an account" % number)
        elif account_of(seen[number]) != expected[number]:
            wrong.append("%s: %s instead of %s" % (
                number, account_of(seen[number]), expected[number]))
        else:
            for name, values in values_of(school.people[number]).items():
                if seen[number].get(name) != values:
                    wrong.append("%s: %s is %s instead of %s" % (
                        number, name, seen[number].get(name), values))
    return in_words(wrong)
