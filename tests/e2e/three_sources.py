#!/usr/bin/python3
# timeout: 600
# threads: 1
"""A district of three systems: PowerSchool has the school, HR leaves a CSV file
on SFTP, a database has the accounts. They become one roster, by rules and by
hand, and twice the same changes nothing."""
import csv
import getpass
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402
import powerschool_rows as powerschool  # noqa: E402
import sources  # noqa: E402
import standin  # noqa: E402

# Of the district, of each school; fewer under the sanitizers.
STUDENTS, STAFF = (
    (2400, 40) if os.environ.get("HOMEROOM_TEST_MODE") == "release"
    else (240, 12))
DRIVERS = 25                # who are in HR alone

HR_FILE = {
    "feeds": [
        {"entity": "users", "fields": {
            "sourcedId": {"concat": ["hr-", {"copy": "EmpNo"}]},
            "username": [{"copy": "Mail"}, "lower"],
            "email": [{"copy": "Mail"}, "lower"],
            "givenName": [{"copy": "First"}, "trim"],
            "familyName": [{"copy": "Last"}, "trim"],
            "enabledUser": {"constant": True},
            "metadata.employeeId": {"copy": "EmpNo"},
            "metadata.stateId": {"copy": "StateId"},
            "metadata.title": {"copy": "Title"},
            "metadata.hired": [{"copy": "Hired"}, {"date": "MM/DD/YYYY"}]}},
        {"entity": "roles", "fields": {
            "sourcedId": {"concat": ["hr-", {"copy": "EmpNo"}, "-job"]},
            "userSourcedId": {"concat": ["hr-", {"copy": "EmpNo"}]},
            "orgSourcedId": {"concat": ["org-", {"copy": "School"}]},
            "roleType": {"constant": "secondary"},
            "role": [{"copy": "Title"}, {"lookup": {
                "table": {"Teacher": "teacher"}, "otherwise": "aide"}}]}}]}

DISTRICT = {
    "kind": "district", "name": "default", "sources": ["sis", "hr", "it"],
    "match": [
        {"name": "employee number", "on": {
            "sis": "identifier", "hr": "metadata.employeeId",
            "it": "metadata.employeeId"}},
        {"name": "state id", "on": ["metadata.stateId"]},
        {"name": "e-mail", "on": ["email"]}],
    "fields": {"givenName": ["hr", "sis"], "familyName": ["hr", "sis"],
               "username": ["it", "sis", "hr"], "email": ["it", "hr", "sis"]}}


# --- what the three have -----------------------------------------------------

def employees(sis):
    """HR's rows by number: the schools' staff under names of its own, who
    drives the bus, and the awkward ones."""
    found = {}

    def hire(number, first, last, title="Teacher", school=100, mail=None,
             state=""):
        found[number] = {
            "EmpNo": number, "StateId": state, "First": first, "Last": last,
            "Mail": mail or "%s@hr.example" % number, "Title": title,
            "Hired": "08/01/2019", "School": school}

    for row in sis.rows("staff"):
        hire(row["teachernumber"], "Hr" + row["firstname"],
             row["lastname"] + "-Hr", school=row["homeschoolid"])
    for n in range(DRIVERS):
        hire("B%d" % n, "Bus", "Driver%d" % n, "Driver")
    # A student who works in the library, too.
    hire("S9", "Zoë", "O'Neil, Jr", "Aide", state="ST9")
    # Sisters with the e-mail of one contact.
    hire("X1", "Una", "Two", "Aide", mail="p3@mail.example")
    hire("X2", "Ula", "Two", "Aide", mail="p3@mail.example")
    return found


def leave(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as out:
        made = csv.DictWriter(out, list(next(iter(rows.values()))))
        made.writeheader()
        made.writerows(rows.values())


def accounts(sis, hired):
    """Logins: of students by their state id, of staff by their number."""
    for row in sis.rows("students"):
        yield row["stateid"], None, "stu%s" % row["studentnumber"]
    for row in sis.rows("staff"):
        yield None, row["teachernumber"], "log%s" % row["userdcid"]
    yield None, "nobody", "left-long-ago"


class Servers:
    """The SFTP and the database server of the shell tests, until closed."""

    SCRIPT = """
    . "$HOMEROOM_TEST_SOURCE/tests/support/sftp.sh"
    . "$HOMEROOM_TEST_SOURCE/tests/support/postgres.sh"
    sftp_make && sftp_start && there_make || exit 1
    echo "$sftp_port $sftp_host_key $there_socket $there_port"
    read -r _
    sftp_stop
    there_stop"""

    def __init__(self):
        self.child = subprocess.Popen(
            ["sh", "-c", self.SCRIPT], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        said = self.child.stdout.readline().split()
        if len(said) != 4:
            raise SystemExit("not ok servers: they did not start")
        self.sftp_port, self.host_key, self.socket, self.port = said

    def sql(self, text):
        subprocess.run(
            ["psql", "-qX", "-h", self.socket, "-p", self.port, "-U",
             "postgres", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-f",
             "-"], input=text, text=True, check=True)

    def close(self):
        self.child.stdin.close()
        self.child.wait(60)


def fill(servers, rows):
    servers.sql("create schema it; create table it.account "
                "(state text, number text, login text);\n"
                "copy it.account from stdin;\n" + "".join(
                    "\t".join("\\N" if v is None else v for v in row) + "\n"
                    for row in rows) + "\\.\n"
                "grant usage on schema it to reader;"
                "grant select on it.account to reader;")


def settings(server, servers):
    yield DISTRICT
    yield {"kind": "source", "name": "sis", "type": "powerschool",
           "url": server.base + "/", "clientId": server.id,
           "clientSecret": server.secret}
    yield {"kind": "source", "name": "hr", "type": "csv",
           "url": "sftp://127.0.0.1:%s%s/sftp/files/employees.csv" % (
               servers.sftp_port, os.getcwd()),
           "user": getpass.getuser(), "hostKey": servers.host_key,
           "keyFile": os.path.abspath("sftp/key"),
           "ready": {"stableSeconds": 0},
           "files": {"employees.csv": HR_FILE}}
    yield {"kind": "source", "name": "it", "type": "sql", "creates": False,
           "database": "postgresql:///postgres?host=%s&port=%s" % (
               servers.socket, servers.port),
           "user": "reader", "passwordFile": os.path.abspath(
               "reader.password"),
           "queries": {"users":
                       "select 'it-' || login as sourcedid, "
                       "true as enabledUser, login as username, "
                       "login || '@school.example' as email, "
                       "'-' as givenName, '-' as familyName, "
                       "state as \"metadata.stateId\", "
                       "number as \"metadata.employeeId\" from it.account"}}


# --- what they become --------------------------------------------------------

class Sis:
    """The rows of the stand-in, to look at and to change."""

    def __init__(self, queries):
        self.queries = queries

    def rows(self, name):
        return self.queries[powerschool.PREFIX + name]


def expected(sis, hired, logins):
    """Who should be published, by sourcedId: what is looked at."""
    by_number, by_state = {}, {}
    for state, number, login in logins:
        if state:
            by_state[state] = login
        else:
            by_number[number] = login

    def merged(source, job, login, **of_sis):
        got = {"username": login or of_sis["username"]}
        got["givenName"] = job["First"] if job else of_sis["first"].strip()
        got["familyName"] = job["Last"] if job else of_sis["last"].strip()
        mail = login and login + "@school.example" or \
            job and job["Mail"].lower() or of_sis.get("mail")
        if mail:
            got["email"] = mail
        if job:
            got["metadata.title"] = job["Title"]
        return source, got

    def everybody():
        states = {j["StateId"]: j for j in hired.values() if j["StateId"]}
        for row in sis.rows("students"):
            yield merged("student-" + row["studentdcid"],
                         states.get(row["stateid"]),
                         by_state.get(row["stateid"]),
                         username=row["webid"] or row["studentnumber"],
                         first=row["firstname"], last=row["lastname"])
        for row in sis.rows("staff"):
            yield merged("staff-" + row["userdcid"],
                         hired.get(row["teachernumber"]),
                         by_number.get(row["teachernumber"]),
                         username=None, first=None, last=None)
        for row in sis.rows("contacts"):
            id = "contact-" + row["personid"]
            yield merged(id, None, None, username=row["email"] or id,
                         first=row["firstname"], last=row["lastname"],
                         mail=row["email"])
        for number, job in hired.items():
            if number.startswith("B"):
                yield merged("hr-" + number, job, None,
                             username=job["Mail"].lower())

    return dict(everybody())


LOOKED_AT = ("username", "givenName", "familyName", "email", "metadata.title")


def differences(home, wanted):
    got = {id: {k: row[k] for k in LOOKED_AT if k in row}
           for id, row in home.users().items()}
    wrong = sorted(set(got) ^ set(wanted)) + sorted(
        id for id in wanted if id in got and got[id] != wanted[id])
    return wrong and "%d differ: %s" % (len(wrong), [
        (id, got.get(id), wanted.get(id)) for id in wrong[:3]])


def read(home, *names):
    for name in names:
        done = home.run("import", "--source", name, "-o", "json", ok=False)
        if done.returncode != 0:
            d.check("read " + name, done.stderr.decode(errors="replace")[:600])


def reviews(home):
    listed = json.loads(home.run("person", "list", "--review", "-o",
                                 "json").stdout)
    return sorted("%s:%s" % (r["source"], r["sourcedId"]) for r in listed)


def one_roster(home, sis, hired, logins):
    read(home, "sis", "hr", "it")
    d.check("one roster of three", differences(
        home, expected(sis, hired, logins)))
    waiting = reviews(home)
    d.check("who may be either waits",
            waiting != ["hr:hr-X1", "hr:hr-X2"] and str(waiting))
    roles = {(r["userSourcedId"], r["role"]) for r in
             home.look("roles")["roles"].values()}
    d.check("a student works in the library, too",
            not {("student-9", "student"), ("student-9", "aide")} <= roles and
            str(sorted(r for r in roles if r[0] == "student-9")))
    version = home.version()
    read(home, "sis", "hr", "it", "hr", "sis")
    d.check("twice changes nothing", home.version() != version and
            "version %d, not %d" % (home.version(), version))


# --- what happens then -------------------------------------------------------

def by_hand(home):
    """A teacher is the guardian of a child, and somebody says so."""
    before = home.look("users", "enrollments")
    home.run("person", "link", "sis:contact-1", "staff-100")
    now = home.look("users", "roles", "enrollments")
    d.check("linked, the contact is the teacher",
            sorted(set(before["users"]) - set(now["users"])) != ["contact-1"]
            and "it is not")
    parents = now["users"]["student-1"].get("agentSourcedIds")
    d.check("whose child knows her", parents != "staff-100" and str(parents))
    roles = {r["role"] for r in now["roles"].values()
             if r["userSourcedId"] == "staff-100"}
    d.check("and who has both roles",
            not {"teacher", "guardian"} <= roles and str(roles))
    version = home.version()
    read(home, "sis", "hr", "it")
    d.check("which is remembered", home.version() != version and "it is not")


def migrated(home, sis):
    """The SIS gives all its students new numbers: they stay who they are."""
    before = home.look("users", "enrollments")
    for name in "students", "enrollments":
        for row in sis.rows(name):
            row["studentdcid"] = str(int(row["studentdcid"]) + 500000)
    for row in sis.rows("contacts"):
        row["students"] = ",".join(
            "student-%d" % (int(s.split("-")[1]) + 500000)
            for s in row["students"].split(",") if s)
    home.run("import", "--source", "sis", "--accept")
    now = home.look("users", "enrollments")
    d.check("new numbers, and nobody comes or goes",
            sorted(set(before["users"]) ^ set(now["users"]))[:5] or None)
    d.check("who is enrolled stays enrolled",
            [id for id, row in before["enrollments"].items()
             if now["enrollments"].get(id) != row][:5] or None)


def rehired(home, path, hired):
    gone = {n: j for n, j in hired.items() if n != "B3"}
    leave(path, gone)
    read(home, "hr")
    d.check("who left is gone", "hr-B3" in home.users() and "is not")
    leave(path, hired)
    read(home, "hr")
    d.check("and comes back as who they were",
            "hr-B3" not in home.users() and "does not")


def main():
    sis = Sis(powerschool.made_up(STUDENTS, STAFF))
    server = standin.PowerSchool(sis.queries)
    hired = employees(sis)
    logins = list(accounts(sis, hired))
    servers = Servers()
    home = sources.People("home")
    path = "sftp/files/employees.csv"
    leave(path, hired)
    fill(servers, logins)
    home.open()
    home.apply(*settings(server, servers))
    one_roster(home, sis, hired, logins)
    by_hand(home)
    rehired(home, path, hired)
    migrated(home, sis)
    home.close()
    servers.close()


main()
d.finish()
