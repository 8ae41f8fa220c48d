"""A school whose people come, move, leave and come back, and a domain
controller in which they have accounts: what ought to be there is worked out
here, from the same people, by other means than Homeroom's."""
import base64
import csv
import datetime
import json
import os
import random
import subprocess

from district import HOMEROOM, SOURCE

SAMBA = os.path.join(SOURCE, "tests", "support", "samba.sh")
BASE = "OU=School,DC=ad,DC=example,DC=test"
DELETE_DAYS, EARLY_DAYS = 30, 14
SCHOOLS = ["north", "south", "west"]

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
  deleteAfterDays: "30"
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
life: { leaversPlace: [ Leavers ], stripGroups: true, deleteAfterDays: "30", createDaysBefore: "14" }
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
        self.disabled = None                 # the night in which it was seen
        self.gone = False                    # its account was deleted
        self.missing = False                 # out of the source

    def email(self):
        return self.id + "@sis.example.org"


class School:
    def __init__(self, students, staff, seed=1):
        self.rng = random.Random(seed)
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
        files = {
            "manifest": ["propertyName,value"] + [
                "manifest.version,1.0", "oneroster.version,1.2"] + [
                "file.%s,bulk" % f for f in
                ("academicSessions", "orgs", "users", "roles")],
        }
        for name, rows in files.items():
            with open(os.path.join(folder, name + ".csv"), "w") as f:
                f.write("\n".join(rows) + "\n")
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
                   [[p.id, "", "", "true", p.id, p.given, p.family, p.id,
                     p.email(), p.grade, p.school] for p in there])
        self.table(folder, "roles",
                   ["sourcedId", "status", "dateLastModified", "userSourcedId",
                    "roleType", "role", "beginDate", "endDate",
                    "orgSourcedId"],
                   [["r-" + p.id, "", "", p.id, "primary", p.role,
                     p.begin.isoformat(), p.end.isoformat() if p.end else "",
                     p.school] for p in there])

    @staticmethod
    def table(folder, name, header, rows):
        with open(os.path.join(folder, name + ".csv"), "w", newline="") as f:
            csv.writer(f).writerows([header] + rows)

    def has_left(self, p, today):
        """Summer is no departure, but for those who are done."""
        end = p.end
        if end and p.role == "student" and p.grade != "12":
            starts = [day(y[1]) for y in self.years[1:]] + [None]
            for year, starts in zip(self.years, starts):
                over = day(year[2])
                back = starts + datetime.timedelta(days=14) if starts else (
                    over + datetime.timedelta(days=120))
                if over - datetime.timedelta(days=45) <= end < back:
                    end = back
                    break
        return p.missing or (end is not None and today >= end)

    def expected(self, today):
        """id → (place, enabled, groups) of those who ought to have one."""
        out = {}
        for p in self.people.values():
            left = self.has_left(p, today)
            if left:
                if p.gone or p.disabled is None:
                    continue
                out[p.id] = ("OU=Leavers," + BASE, False, set())
                continue
            if today < p.begin - datetime.timedelta(days=EARLY_DAYS):
                continue
            if p.role == "student":
                place = "OU=%s,OU=%s School,OU=Students,%s" % (
                    p.grade, p.school.title(), BASE)
                groups = {"students-" + p.school, "grade-" + p.grade}
            else:
                place, groups = "OU=Staff," + BASE, {"staff-" + p.school}
            out[p.id] = (place, today >= p.begin, groups)
        return out

    def night(self, today):
        """What the night's run makes of leavers: their clocks."""
        for p in self.people.values():
            left = self.has_left(p, today)
            if not left:
                p.disabled = None
                p.gone = False
            elif p.had_account and p.disabled is None and not p.gone:
                p.disabled = today
            elif p.disabled is not None and not p.gone and today >= (
                    p.disabled + datetime.timedelta(days=DELETE_DAYS)):
                p.gone, p.had_account = True, False
            if not left and today >= p.begin - datetime.timedelta(
                    days=EARLY_DAYS):
                p.had_account = True


Person.had_account = False


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

    def add(self, ldif):
        """With the server stopped: one transaction."""
        subprocess.run(["ldbadd", "-H", self.sam], input=ldif.encode(),
                       check=True, stdout=subprocess.DEVNULL, timeout=300)

    def entries(self, condition="(objectClass=user)", base=BASE):
        out = subprocess.run(
            ["ldbsearch", "-H", self.sam, "-b", base, condition],
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
    """Homeroom beside the two, with its clock moved."""

    def __init__(self, controller, folder="home"):
        self.controller = controller
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith("HOMEROOM_")}
        self.env.update(HOMEROOM_HOME=os.path.abspath(folder),
                        HOMEROOM_LOG="error")
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o755)
        with open("password", "w") as f:
            f.write("Passw0rd.Service1\n")
        os.chmod("password", 0o600)
        with open("rules.yaml", "w") as f:
            f.write(RULES % {"address": controller.address(),
                             "folder": os.getcwd(), "base": BASE})

    def at(self, today):
        """UTC: at noon it is the same day in Chicago. A little later each day,
        so that so many days after a run are over when another begins."""
        moment = datetime.datetime(today.year, today.month, today.day, 12,
                                   tzinfo=datetime.timezone.utc)
        moment += datetime.timedelta(minutes=(today - day("2025-09-01")).days)
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

    def actions(self, *args, ok=True):
        """The plan of a command, as a list."""
        return json.loads(self.run(*args, "-o", "json", ok=ok).stdout)


def account_of(entry):
    """(place, enabled, groups) of an entry."""
    place = entry["dn"][0].split(",", 1)[1]
    groups = {m.split(",", 1)[0][3:] for m in entry.get("memberOf", [])}
    enabled = not int(entry["userAccountControl"][0]) & 2
    return place, enabled, groups


def differences(school, controller, today):
    """What is otherwise than it ought to be, in words; "" when nothing is."""
    expected, seen, wrong = school.expected(today), {}, []
    for entry in controller.entries("(employeeNumber=*)"):
        number = entry["employeeNumber"][0]
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
            p = school.people[number]
            name = seen[number].get("displayName", [""])[0]
            if name != "%s %s" % (p.given, p.family):
                wrong.append("%s is called %s" % (number, name))
    return "; ".join(sorted(wrong)[:8]) + (
        " … %d" % len(wrong) if len(wrong) > 8 else "")
