"""Small bundles of people by several sources, and what is published of them:
for tests of how records become persons."""
import csv
import io
import json
import os
import shutil
import zipfile

import district as d

NO_ROLES = object()
ORGS = [{"sourcedId": "d1", "name": "District", "type": "district"},
        {"sourcedId": "s1", "name": "North School", "type": "school",
         "parentSourcedId": "d1"}]
COURSES = [{"sourcedId": "c1", "schoolYearSourcedId": "y1", "title": "Maths",
            "orgSourcedId": "s1"}]
SESSIONS = [{"sourcedId": "y1", "title": "2026", "type": "schoolYear",
             "startDate": "2025-08-01", "endDate": "2026-07-31",
             "schoolYear": "2026"}]
CLASSES = [{"sourcedId": "k1", "title": "Maths 1", "courseSourcedId": "c1",
            "classType": "scheduled", "schoolSourcedId": "s1",
            "termSourcedIds": "y1"}]
FILES = ("orgs", "academicSessions", "courses", "classes", "users", "roles",
         "enrollments", "demographics", "userProfiles", "categories",
         "lineItems", "results", "resources", "classResources",
         "courseResources", "userResources", "scoreScales",
         "lineItemScoreScales", "lineItemLearningObjectiveIds",
         "resultScoreScales", "resultLearningObjectiveIds")

COLUMNS = {"users": ["enabledUser", "username", "givenName", "familyName"],
           "roles": ["userSourcedId", "roleType", "role", "orgSourcedId"],
           "enrollments": ["classSourcedId", "schoolSourcedId",
                           "userSourcedId", "role"],
           "demographics": ["birthDate"]}


def user(id, given, family, **more):
    """A row of users.csv; metadata's keys as m_KEY."""
    row = {"sourcedId": id, "enabledUser": "true",
           "username": more.pop("username", id), "givenName": given,
           "familyName": family}
    for k, v in more.items():
        row["metadata." + k[2:] if k.startswith("m_") else k] = v
    return row


def role(user, role, org="s1", id=None, kind="primary"):
    return {"sourcedId": id or "r-%s-%s" % (user, role),
            "userSourcedId": user, "roleType": kind, "role": role,
            "orgSourcedId": org}


def enrollment(user, role="student", id=None):
    return {"sourcedId": id or "e-" + user, "classSourcedId": "k1",
            "schoolSourcedId": "s1", "userSourcedId": user, "role": role}


def born(user, day):
    return {"sourcedId": user, "birthDate": day}


def bundle(folder, version="1.2", **files):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(os.path.join(folder, "manifest.csv"), "w") as out:
        out.write("propertyName,value\nmanifest.version,1.0\n"
                  "oneroster.version,%s\n" % version)
        for f in FILES:
            out.write("file.%s,%s\n" % (f, "bulk" if f in files else "absent"))
    for name, rows in files.items():
        columns = ["sourcedId", "status", "dateLastModified"]
        columns += COLUMNS.get(name, [])
        for row in rows:
            columns += [c for c in row if c not in columns]
        with open(os.path.join(folder, name + ".csv"), "w", newline="") as out:
            w = csv.DictWriter(out, columns, restval="", lineterminator="\n")
            w.writeheader()
            w.writerows(rows)
    return folder


class People(d.District):
    """A district whose records are looked at through a full bundle."""

    def open(self):
        self.serve()
        self.application("all", "--full")

    def apply(self, *documents):
        path = os.path.join(self.home, "..", "settings.yaml")
        with open(path, "w") as out:
            out.write("\n---\n".join(json.dumps(x) for x in documents))
        self.run("apply", path)

    def take(self, source, ok=True, **files):
        """Imports a bundle; its report."""
        folder = bundle(os.path.join(self.home, "..", "bundle"), **files)
        done = self.run("import", folder, "--source", source, "--accept",
                        "-o", "json", ok=ok)
        return json.loads(done.stdout)

    def version(self):
        versions = json.loads(self.run("versions", "-o", "json").stdout)
        return versions[0]["version"] if versions else 0

    def look(self, *files):
        """What is published: by file and sourcedId."""
        self.run("export", "--application", "all", "all.zip")
        out = {}
        with zipfile.ZipFile("all.zip") as z:
            for name in files or ("users", "roles", "enrollments",
                                  "demographics"):
                rows = []
                if name + ".csv" in z.namelist():
                    text = z.read(name + ".csv").decode("utf-8-sig")
                    rows = list(csv.DictReader(io.StringIO(text)))
                out[name] = {r["sourcedId"]: {
                    k: v for k, v in r.items()
                    if v and k not in ("sourcedId", "dateLastModified")}
                    for r in rows}
        return out

    def users(self):
        return self.look("users")["users"]
