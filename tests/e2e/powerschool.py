#!/usr/bin/python3
# timeout: 600
"""PowerSchool as a source: a stand-in that speaks its wire format, our plug-in
and our rules, and what goes wrong there."""
import json
import os
import re
import sys
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402
import standin  # noqa: E402
from powerschool_rows import PLUGIN, PREFIX, QUERIES, made_up  # noqa: E402
from reader import Reader, always, once, refused, taken  # noqa: E402

STUDENTS = 240


def columns_of(query):
    return [(c.get("column"), c.text) for c in query.find("columns")]


def the_plugin():
    requested = {(f.get("table"), f.get("field")) for f in xml.parse(
        os.path.join(PLUGIN, "plugin.xml")).getroot().iter() if
        f.tag.endswith("}field")}
    rows = made_up()
    for query in QUERIES:
        name, sql = query.get("name"), query.find("sql").text
        columns = columns_of(query)
        why = [c for c, _ in columns if tuple(c.split(".")) not in requested]
        d.check("plug-in: asks for what %s shows" % name, why and str(why))
        top = re.split(r"\nFROM ", sql.strip(), maxsplit=1)[0]
        depth, count = 0, 1
        for c in top:
            depth += (c == "(") - (c == ")")
            count += c == "," and depth == 0
        d.check("plug-in: %s selects what it shows" % name,
                count != len(columns) and "%d, %d" % (count, len(columns)))
        made = rows[name][0]
        d.check("plug-in: %s shows what the test makes" % name,
                set(made) != {c for _, c in columns} and str(set(made)))


def the_roster(home):
    credentials = home.application("all", "--full")
    token = home.token(credentials)

    def all_of(name):
        return {r["sourcedId"]: r for r in
                home.pull(d.ROSTER_12 + "/" + name, token)[0]}

    users, classes = all_of("users"), all_of("classes")
    d.check("students, staff and contacts",
            len(users) != STUDENTS + 6 + STUDENTS // 2 + 1 and str(len(users)))
    student, teacher = users["student-5"], users["staff-101"]
    wanted = dict(givenName="Zoë", familyName="O'Neil, Jr", username="z5",
                  identifier="90005", grades=["04"], enabledUser="true",
                  metadata={"stateId": "ST5"})
    d.check("a student is right", {k: (student.get(k), v) for k, v in
                                   wanted.items() if student.get(k) != v})
    role = student["roles"][0]
    d.check("her role", (role["role"], role["org"]["sourcedId"],
                         role["beginDate"]) !=
            ("student", "org-200", "2025-08-18") and str(role))
    contact = users[student["agents"][0]["sourcedId"]]
    d.check("her contact knows her", "student-5" not in [
        a["sourcedId"] for a in contact["agents"]] and str(contact))
    d.check("a mother is a parent",
            users["contact-3"]["roles"][0]["role"] != "parent" and
            str(users["contact-3"]))
    d.check("a teacher is right",
            (teacher["username"], teacher["roles"][0]["role"]) !=
            ("t101", "teacher") and str(teacher))
    d.check("a class is right", (
        classes["class-102"]["title"], classes["class-102"]["periods"],
        classes["class-102"]["terms"][0]["sourcedId"]) !=
        ("Maths, part 2 2", ["1(A)"], "session-100-3501") and
        str(classes["class-102"]))
    sessions = all_of("academicSessions")
    d.check("terms are parts of their years",
            sessions["session-100-3501"]["parent"]["sourcedId"] !=
            "session-100-3500" and str(sessions["session-100-3501"]))
    enrollments = all_of("enrollments")
    d.check("everybody is in a class",
            len(enrollments) != STUDENTS + 8 and str(len(enrollments)))


def faults(server, reader):
    students = server.queries[PREFIX + "students"]
    page2 = "students?pagesize=50&page=2"
    server.fault = once(page2, lambda r: r.send(
        503, "", {"Retry-After": "1"}))
    taken("503 is waited for", reader)
    server.fault = once(page2, lambda r: r.send(200, "x" * 4000, cut=2000))
    taken("a page that breaks off is asked for again", reader)
    server.fault = once(page2, lambda r: server.tokens.clear() or
                        r.send(401, "{}"))
    taken("a token that expires is renewed", reader)
    server.fault = always(page2, lambda r: r.send(
        200, "<html>Please sign in</html>", {"Content-Type": "text/html"}))
    refused("HTML with status 200", reader, "no JSON (text/html", 1)
    server.fault = always(page2, lambda r: r.send(200, json.dumps(
        {"name": "x", "record": students[50:90]})))
    refused("a short page is not the end", reader, "50 should have come")
    server.fault = always(page2, lambda r: r.send(200, json.dumps(
        {"name": "x", "record": students[:50]})))
    refused("the same page again", reader, "does not hold together")
    server.fault = always("students/count", lambda r: r.send(
        200, '{"count":"200"}'))
    refused("a count that is too low", reader, "does not hold together")

    def shift(request):
        """One leaves and one comes, between two pages."""
        if page2 in request.handler.path and len(shifted) < 3:
            shifted.append(students.pop(3))
            students.append({**shifted[-1], "studentdcid":
                             str(5000 + len(shifted))})
        return False

    shifted, before = [], list(students)
    server.fault = shift
    refused("records that move between pages", reader,
            "is another record than a moment ago")
    students[:] = before
    server.fault = None
    for row in students:
        row["web_id"] = row.pop("webid")
    refused("columns that changed overnight", reader, "no column 'webid'")
    for row in students:
        row["webid"] = row.pop("web_id")
    server.secret = "another"
    refused("a secret that changed", reader, "gives us no token")
    server.secret = reader.settings["clientSecret"]
    taken("and the next run works", reader)


def main():
    the_plugin()
    server = standin.PowerSchool(made_up(STUDENTS))
    reader = Reader(
        "home", type="powerschool", url=server.base + "/",
        clientId=server.id, clientSecret=server.secret, pageSize="50")
    taken("read", reader)
    the_roster(reader.home)
    taken("a second reading changes nothing", reader)
    faults(server, reader)
    server.queries[PREFIX + "students"][4]["lastname"] = "Newname"
    taken("a change is a version", reader, 2)
    server.flattened = False
    taken("the other shape of records says the same", reader, 2)
    d.check("the secret is in no address",
            any(server.secret in path for path in server.asked) and "it is")


main()
d.finish()
