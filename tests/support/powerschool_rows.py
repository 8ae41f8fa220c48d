"""A made-up district as PowerSchool gives it: what the queries of our plug-in
answer, everything a text."""
import os
import xml.etree.ElementTree as xml

import district as d

PREFIX = "org.homeroom.roster."
PLUGIN = os.path.join(d.SOURCE, "packaging/powerschool")
QUERIES = xml.parse(os.path.join(
    PLUGIN, "queries_root/homeroom.named_queries.xml")).getroot()
SCHOOLS = (100, 200)


def school_rows():
    yield "orgs", dict(school_number=0, name="District", kind="district",
                       identifier=None)
    for s in SCHOOLS:
        yield "orgs", dict(school_number=s, name="School %d" % s,
                           kind="school", identifier="NC%d" % s)
        for id, name, portion in (3500, "2025-2026", 1), (3501, "S1", 2), \
                (3502, "Q1", 4):
            yield "sessions", dict(
                schoolid=s, termid=id, name=name, firstday="2025-08-18",
                dayafter="2026-06-06", schoolyear=2026, yearterm=3500,
                portion=portion, isyearrec=int(portion == 1))


def class_rows():
    for c in range(1, 5):
        yield "courses", dict(coursedcid=c, coursenumber="M%d" % c,
                              coursename="Maths, part %d" % c,
                              department="Maths, pure" if c == 1 else None)
        for s in SCHOOLS:
            n = s + c
            yield "sections", dict(
                sectiondcid=n, sectionnumber=c, coursedcid=c,
                coursenumber="M%d" % c, coursename="Maths, part %d" % c,
                schoolid=s, termid=3501, room="R%d" % c,
                expression="1(A)" if c > 1 else None)
            yield "teachers", dict(
                sectionteacherid=n, userdcid=s + c % 3, sectiondcid=n,
                schoolid=s, lead=1, startdate="2025-08-18",
                enddate="2026-06-06")


def people_rows(students, staff):
    for s in SCHOOLS:
        for n in range(staff):
            yield "staff", dict(
                userdcid=s + n, firstname="Ann", middlename=None,
                lastname="Teach%d" % n, email="t%d@district.example" % (s + n),
                loginid="t%d" % (s + n) if n else None,
                teachernumber="N%d" % (s + n), homeschoolid=s)
            yield "staffroles", dict(userdcid=s + n, schoolid=s,
                                     staffstatus=1 if n < 2 else 2)
    for n in range(1, students + 1):
        s = SCHOOLS[n % 2]
        yield "students", dict(
            studentdcid=n, studentnumber=90000 + n, stateid="ST%d" % n,
            firstname=" Zoë ", middlename=None, lastname="O'Neil, Jr",
            gradelevel=n % 13 - 1, schoolid=s,
            webid="z%d" % n if n % 3 else None, entrydate="2025-08-18",
            birthdate="2012-01-%02d" % (n % 28 + 1), gender="MFX"[n % 3],
            contacts="contact-%d" % (n // 2 + 1))
        yield "enrollments", dict(
            ccdcid=n, studentdcid=n, sectiondcid=s + n % 4 + 1, schoolid=s,
            dateenrolled="2025-08-18", dateleft="2026-06-06")
    for n in range(1, students // 2 + 2):
        children = [c for c in (2 * n - 2, 2 * n - 1) if 0 < c <= students]
        yield "contacts", dict(
            personid=n, firstname="Pat", middlename=None, lastname="Parent",
            email="p%d@mail.example" % n if n % 2 else None, phone=None,
            students=",".join("student-%d" % c for c in children))
        yield "contactroles", dict(
            personid=n, schoolid=SCHOOLS[n % 2],
            relationship=["Mother", "Guardian", "Neighbor"][n % 3])


def made_up(students=240, staff=3):
    """So many students of the district, so many staff of each school."""
    found = {PREFIX + q.get("name")[len(PREFIX):]: [] for q in QUERIES}
    for part in school_rows(), class_rows(), people_rows(students, staff):
        for name, row in part:
            found[PREFIX + name].append(
                {k: None if v is None else str(v) for k, v in row.items()})
    return found
