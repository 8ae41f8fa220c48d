#!/usr/bin/env python3
# timeout: 300
"""What happens to accounts is told to whom it concerns: teachers, managers,
schools, an application's people. Each hears of theirs alone, whatever moves
between an event and its message; a digest goes out once a day."""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"], "tests",
                                "support"))
from district import HOMEROOM, District, check, finish
from postbox import Postbox

STAMP = "2027-03-0%dT%s:00Z"
district = District()
psql = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h",
        district.home + "/postgres", "-U", "homeroom_superuser", "-d",
        "homeroom"]


def sql(text):
    return subprocess.run(psql + ["-c", text], check=True, timeout=60,
                          stdout=subprocess.PIPE).stdout.decode().strip()


def until(name, done):
    """Within a while."""
    for _ in range(600):
        if done():
            return check(name)
        time.sleep(0.1)
    return check(name, "not within a minute: " + district.run(
        "notification", "list", "-o", "csv").stdout.decode())


# --- a roster ------------------------------------------------------------------

PEOPLE = {
    # id: school, role, given name, e-mail, agents, manager, identifier
    "s1": ["north", "student", "Ada", "s1@school.example", "a1", "", "1"],
    "s2": ["south", "student", "Bob", "s2@school.example", "a2", "", "2"],
    "s3": ["west", "student", "Cas", "s3@school.example", "", "", "3"],
    "s4": ["north", "student", "Dee", "s4@school.example", "", "", "4"],
    "t1": ["north", "teacher", "Tom", "t1@school.example", "", "M-7", "5"],
    "t2": ["south", "teacher", "Uma", "t2@school.example", "",
           "boss@district.example", "6"],
    "t3": ["west", "teacher", "Vic", "t3@school.example", "", "a b@c", "7"],
    "m1": ["north", "principal", "Max", "max@school.example", "", "", "m-7"],
    "a1": ["north", "guardian", "Ann", "ann@home.example", "", "", "8"],
    "a2": ["south", "guardian", "Own", "s2@school.example", "", "", "9"],
}
FILES = {
    "orgs": ["sourcedId,status,dateLastModified,name,type,identifier,"
             "parentSourcedId,metadata.contact",
             "north,,,North School,school,n1,,north@office.example",
             "south,,,South School,school,s1,,south@office.example",
             # Not an address, but two.
             'west,,,West School,school,w1,,"west@office.example, '
             'evil@office.example"'],
    "courses": ["sourcedId,status,dateLastModified,schoolYearSourcedId,title,"
                "courseCode,grades,orgSourcedId,subjects,subjectCodes",
                "co,,,,Art,,,north,,"],
    "classes": ["sourcedId,status,dateLastModified,title,grades,"
                "courseSourcedId,classCode,classType,location,"
                "schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods",
                "c1,,,Art 1,,co,,scheduled,,north,y,,,",
                "c2,,,Art 2,,co,,scheduled,,south,y,,,"],
    "academicSessions": ["sourcedId,status,dateLastModified,title,type,"
                         "startDate,endDate,parentSourcedId,schoolYear",
                         "y,,,Year,schoolYear,2026-08-01,2027-07-01,,2027"],
    "enrollments": ["sourcedId,status,dateLastModified,classSourcedId,"
                    "schoolSourcedId,userSourcedId,role,primary,beginDate,"
                    "endDate"] +
                   ["e-%s-%s,,,%s,%s,%s,%s,%s,," % (
                       c, u, c, s, u, r, "true" if r == "teacher" else "")
                    for c, s, u, r in [("c1", "north", "s1", "student"),
                                       ("c1", "north", "s4", "student"),
                                       ("c1", "north", "t1", "teacher"),
                                       ("c2", "south", "s2", "student"),
                                       ("c2", "south", "t2", "teacher")]],
}


def roster():
    users = ["sourcedId,status,dateLastModified,enabledUser,username,"
             "givenName,familyName,identifier,email,agentSourcedIds,grades,"
             "primaryOrgSourcedId,metadata.manager"]
    roles = ["sourcedId,status,dateLastModified,userSourcedId,roleType,role,"
             "beginDate,endDate,orgSourcedId"]
    for who, (school, role, given, mail, agent, boss, number) in (
            PEOPLE.items()):
        users.append(",".join([who, "", "", "true", who, given, "Smith",
                               number, mail, agent, "", school, boss]))
        roles.append("r-%s,,,%s,primary,%s,,,%s" % (who, who, role, school))
    files = dict(FILES, users=users, roles=roles)
    files["manifest"] = ["propertyName,value", "manifest.version,1.0",
                         "oneroster.version,1.2"] + [
                             "file.%s,bulk" % f for f in files]
    os.makedirs("bundle", exist_ok=True)
    for name, lines in files.items():
        with open("bundle/%s.csv" % name, "w") as f:
            f.write("\n".join(lines) + "\n")
    district.run("import", "bundle")


# --- the other side --------------------------------------------------------------

def lines_of(texts):
    return sorted(line for text in texts for line in text.split("\n")
                  if line.startswith("* "))


def notify(name, to, *settings, ok=True):
    with open(name + ".yaml", "w") as f:
        f.write("\n".join([
            "kind: notification", "name: " + name, *settings, "mail:",
            "  server: smtp://127.0.0.1:" + postbox.port,
            "  from: homeroom@district.example", "  user: homeroom",
            "  password: sesame",
            "  authorities: %s/mail.pem" % os.getcwd(), "  to: " + to,
            "template:", "  subject: '{notification}: {summary}'", "  body: |",
            "    {each}", "    * {subject} {givenName} {schoolName}",
            "    {end}"]) + "\n")
    done = district.run("apply", name + ".yaml", ok=ok)
    return done.stderr.decode()


def happens(kind, day, clock, *people):
    for who in people:
        sql("select homeroom.put_event(1, '%s', '%s', jsonb_build_object("
            "'directory', 'ad', 'person', '%s', 'school', 'gone'), '%s')" % (
                kind, who + ".login", who, STAMP % (day, clock)))


class Worker:
    """`homeroom work`, at a time of ours."""

    def __init__(self, day, clock):
        at = subprocess.run(["date", "-d", STAMP % (day, clock), "+%s"],
                            check=True, stdout=subprocess.PIPE).stdout
        self.env = dict(district.env, HOMEROOM_CLOCK=at.decode().strip())

    def __enter__(self):
        self.process = subprocess.Popen([HOMEROOM, "work"], env=self.env)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)


def told(name):
    """Whether all that a notification had to tell is told, or given up."""
    return sql("select not exists (select from homeroom.notification n join "
               "homeroom.notice o on o.notification = n.id left join "
               "homeroom.message m on m.id = o.message where n.name = '%s' "
               "and m.sent is null and m.given_up is null)" % name) == "t"


# --- to whom ----------------------------------------------------------------------

district.serve()
roster()
postbox = Postbox()
district.run("application", "create", "library")
with open("grant.yaml", "w") as f:
    f.write("kind: grant\nname: library\nscopes: [roster-core.readonly]\n"
            "share: { schools: [north] }\n")
district.run("apply", "grant.yaml")
sql("insert into homeroom.directory (district, name, kind) "
    "values (1, 'ad', 'ad')")
AT_ONCE = ["events: [ account.created ]", "window: 0"]
notify("teachers", '[ "{teachers}" ]', *AT_ONCE)
notify("managers", '[ "{metadata.manager}" ]', *AT_ONCE)
notify("offices", '[ "office-{school.identifier}@district.example" ]', *AT_ONCE)
notify("library", "[ books@library.example ]", "application: library", *AT_ONCE)
notify("south", "[ boss@south.example ]", "school: south", *AT_ONCE)
notify("digest", '[ "{school.metadata.contact}" ]',
       "events: [ account.created, account.disabled, account.leaving ]",
       'daily: { at: "06:30" }')
happens("account.created", 1, "12:00", "s1", "s2", "s3", "s4", "t1", "t2",
        "t3")
with Worker(1, "12:30"):
    for name in ("teachers", "managers", "offices", "library", "south"):
        until("all of %s is told" % name, lambda: told(name))
wanted = {
    "t1@school.example": ["* s1.login Ada North School",
                          "* s4.login Dee North School"],
    "t2@school.example": ["* s2.login Bob South School"],
    "max@school.example": ["* t1.login Tom North School"],
    "boss@district.example": ["* t2.login Uma South School"],
    "office-n1@district.example": ["* s1.login Ada North School",
                                   "* s4.login Dee North School",
                                   "* t1.login Tom North School"],
    "office-s1@district.example": ["* s2.login Bob South School",
                                   "* t2.login Uma South School"],
    "office-w1@district.example": ["* s3.login Cas West School",
                                   "* t3.login Vic West School"],
    "books@library.example": ["* s1.login Ada North School",
                              "* s4.login Dee North School",
                              "* t1.login Tom North School"],
    "boss@south.example": ["* s2.login Bob South School",
                           "* t2.login Uma South School"],
}
came = postbox.mails()
for who in sorted(set(came) | set(wanted)):
    check("told: " + who, lines_of(came.get(who, [])) != wanted.get(who) and
          str(came.get(who)))
    check("told once: " + who, len(came.get(who, [])) != 1 and "not once")
listed = district.run("notification", "list", "managers", "-o",
                      "csv").stdout.decode()
check("who has no manager with an address is in the list",
      "failed,5,0," not in listed and listed)

# --- a digest ----------------------------------------------------------------------

due = district.run("jobs", "--name", "digest", "-o", "csv").stdout.decode()
check("the digest waits for its time", "2027-03-02T06:30" not in due and due)
PEOPLE["s4"][0] = "south"
roster()
with Worker(2, "06:31"):
    until("the digest is told", lambda: told("digest"))
    # Of no other notification: none of these is still to be sent below.
    happens("account.disabled", 2, "06:30", "s1")
    due = district.run("jobs", "--name", "digest", "-o",
                       "csv").stdout.decode()
    check("what happens later is the next day's",
          "2027-03-03T06:30" not in due and due)
came = {k: v for k, v in postbox.mails().items()
        if k.endswith("@office.example")}
check("of a school its people, where they are now",
      {k: lines_of(v) for k, v in came.items()} != {
          "north@office.example": ["* s1.login Ada North School",
                                   "* t1.login Tom North School"],
          "south@office.example": ["* s2.login Bob South School",
                                   "* s4.login Dee South School",
                                   "* t2.login Uma South School"]} and
      str(came))

# Gathered for one school, and sent when its person is at another.
with open("in/mood", "w") as f:
    f.write("busy")
with Worker(3, "06:31"):
    until("the digest is not taken", lambda: sql(
        "select count(*) from homeroom.message where attempts = 1 and "
        "sent is null and given_up is null") == "1")
PEOPLE["s1"][0] = "south"
roster()
os.remove("in/mood")
with Worker(3, "07:31"):
    until("it is taken the next time", lambda: told("digest"))
check("who has gone to another school is a login, and no more",
      lines_of(postbox.mails()["north@office.example"][1:]) != [
          "* s1.login  "] and
      str(postbox.mails()["north@office.example"]))

# A contact that is found later.
FILES["orgs"][3] = "west,,,West School,school,w1,,west@office.example"
roster()
district.run("notification", "retry", "digest")
with Worker(3, "08:31"):
    until("a contact is found later",
          lambda: "west@office.example" in postbox.mails())
check("and is told", lines_of(postbox.mails()["west@office.example"]) != [
    "* s3.login Cas West School", "* t3.login Vic West School"])

# --- preview -----------------------------------------------------------------------

seen = district.run("notification", "preview", "offices", "--person",
                    "t1").stdout.decode()
check("a preview of a person", seen != (
    "To: office-n1@district.example\nSubject: offices: An account was made: "
    "t1\n\n* t1 Tom North School\n") and seen)
seen = district.run("notification", "preview", "library", "--person",
                    "s2").stdout.decode()
check("of one whom the application does not see",
      not seen.startswith("To: nobody: ") and seen)
tested = district.run("notification", "test", "offices", "--to",
                      "me@district.example").stdout.decode()
check("a test to somebody", tested != "sent\n" or
      "me@district.example" not in postbox.mails())

# --- settings ----------------------------------------------------------------------

for name, to, settings, why in [
        ("no such name", '[ "{boss}" ]', AT_ONCE, "there is no {boss}"),
        ("teachers within", '[ "x-{teachers}@a.example" ]', AT_ONCE, "alone"),
        ("two addresses", '[ "{school}@a.example, b@c.example" ]', AT_ONCE,
         "one address"),
        ("no person", '[ "{teachers}" ]', ["events: [ run.failed ]"],
         "about no person"),
        ("no application", "[ a@b.example ]",
         AT_ONCE + ["application: nothing"], "no application 'nothing'"),
        ("passwords to a fixed address", "[ a@b.example ]",
         ["events: [ password.waiting ]"], "password.waiting"),
        ("passwords beside others", '[ "{agents}" ]',
         ["events: [ password.waiting, account.created ]"],
         "password.waiting"),
        ("a digest at no time", "[ a@b.example ]",
         AT_ONCE + ["daily: { at: noon }"], "daily.at")]:
    said = notify("wrong", to, *settings, ok=False)
    check("refused: " + name, why not in said and said)
postbox.close()
finish()
