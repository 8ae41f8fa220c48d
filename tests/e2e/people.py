#!/usr/bin/python3
# timeout: 600
"""One human across sources is one person: matched by rules, merged field by
field, decided by hand where rules can't tell, and remembered."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402
import sources as s  # noqa: E402
from sources import born, enrollment, role, user  # noqa: E402

count = 0


def district(match=None, fields=None, order=("sis", "hr", "dir"), **sources):
    """A fresh district of the same house, made for one story."""
    global count
    count += 1
    home = s.People("home%d" % count)
    home.open()
    settings = {"kind": "district", "name": "default", "sources": list(order)}
    if match is not None:
        settings["match"] = match
    if fields:
        settings["fields"] = fields
    home.apply(settings)
    return home


def is_(name, got, want):
    d.check(name, got != want and "%r, not %r" % (got, want))


def school(**more):
    return dict({"orgs": s.ORGS, "academicSessions": s.SESSIONS,
                 "courses": s.COURSES, "classes": s.CLASSES}, **more)


EMPLOYEE = {"name": "employee", "on": {"sis": "identifier",
                                       "hr": "metadata.employeeId"}}


# --- two sources -------------------------------------------------------------

def two_sources():
    home = district([EMPLOYEE, {"on": ["email"]}],
                    {"givenName": ["hr", "sis"], "metadata.title": ["hr"],
                     "phone": ["hr", "sis"]})
    home.take("sis", **school(
        users=[user("t1", "Bob", "Lee", identifier="E7", phone="1",
                    m_title="old", m_room="12"),
               user("t2", "Ann", "May", email="Ann@x.org ", phone="2"),
               user("u3", "Cy", "Roe")],
        roles=[role("t1", "teacher"), role("t2", "teacher"),
               role("u3", "student")],
        enrollments=[enrollment("t1", "teacher"), enrollment("u3")]))
    report = home.take("hr", users=[
        user("9001", "Robert", "Lee", m_employeeId=" e7",
             m_title="Teacher", m_hired="2020-01-02"),
        user("9002", "Anna", "May-Day", email="ann@X.org", phone="22"),
        user("9003", "Dee", "Fox", m_employeeId="E9")],
        roles=[role("9001", "teacher", id="h1"),
               role("9003", "aide", id="h3")])
    now = home.look()
    is_("100 three of the SIS, one more of HR",
        sorted(now["users"]), ["9003", "t1", "t2", "u3"])
    is_("101 a field by its own order", now["users"]["t1"]["givenName"],
        "Robert")
    is_("102 another by the district's", now["users"]["t2"]["familyName"],
        "May")
    is_("103 if empty, the next", now["users"]["t1"]["phone"], "1")
    is_("104 else the first", now["users"]["t2"]["phone"], "22")
    is_("105 metadata by key",
        [now["users"]["t1"].get("metadata." + k)
         for k in ("title", "room", "hired", "employeeId")],
        ["Teacher", "12", "2020-01-02", " e7"])
    is_("106 a role of two sources is one", sorted(
        (r["userSourcedId"], r["role"]) for r in now["roles"].values()),
        [("9003", "aide"), ("t1", "teacher"), ("t2", "teacher"),
         ("u3", "student")])
    is_("107 counted as persons", [
        (f["added"], f["changed"]) for f in report["files"]
        if f["name"] == "users.csv"], [(1, 2)])
    version = home.version()
    again = home.take("hr", users=[
        user("9001", "Robert", "Lee", m_employeeId=" e7",
             m_title="Teacher", m_hired="2020-01-02"),
        user("9002", "Anna", "May-Day", email="ann@X.org", phone="22"),
        user("9003", "Dee", "Fox", m_employeeId="E9")],
        roles=[role("9001", "teacher", id="h1"),
               role("9003", "aide", id="h3")])
    is_("108 the same again", (again["outcome"], home.version()),
        ("unchanged", version))
    home.take("hr", users=[
        user("9002", "Anna", "May-Day", email="ann@X.org", phone="22")],
        roles=[])
    now = home.look()
    is_("109 HR drops two: one stays, as the SIS has it",
        (sorted(now["users"]), now["users"]["t1"]["givenName"],
         now["users"]["t1"].get("metadata.title")),
        (["t1", "t2", "u3"], "Bob", None))
    is_("110 and its enrollment", sorted(now["enrollments"]),
        ["e-t1", "e-u3"])
    home.close()


two_sources()
d.finish()
