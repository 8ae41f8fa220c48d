#!/usr/bin/python3
# timeout: 900
"""What is pulled equals what went in, row by row: generated bundles of both
versions, and bundles that others made, each read back over both versions."""
import os
import sys
import zipfile

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402

SAMPLES = os.path.join(d.SHARED, "reference/oneroster/csv-samples")

# JSON member: CSV column, where the names differ.
RENAMED = {"preferredFirstName": "preferredGivenName",
           "preferredLastName": "preferredFamilyName"}
REFERENCES = {"parent", "org", "course", "school", "user", "class", "lineItem",
              "student", "category", "gradingPeriod", "academicSession",
              "primaryOrg"}
LISTS = {"terms": "termSourcedIds", "agents": "agentSourcedIds",
         "orgs": "orgSourcedIds"}
# Computed from other records, or said by us; compared elsewhere.
SKIPPED = {"status", "dateLastModified", "children", "resources", "roles",
           "userProfiles", "scoreScale", "learningObjectiveSet"}
COLLECTIONS = {
    "rostering": ("orgs", "academicSessions", "courses", "classes", "users",
                  "enrollments", "demographics"),
    "gradebook": ("categories", "lineItems", "results", "scoreScales"),
    "resources": ("resources",),
}


def column_of(member, row):
    if member in LISTS:
        return LISTS[member]
    if member == "schoolYear" and "schoolYearSourcedId" in row:
        return "schoolYearSourcedId"
    if member in REFERENCES:
        return member + "SourcedId"
    return RENAMED.get(member, member)


def as_csv(member, value, row):
    """A JSON value as the CSV cell that it came from."""
    if isinstance(value, dict):
        return value["sourcedId"]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) or isinstance(value, int):
        return value
    if isinstance(value, list):
        if value and isinstance(value[0], dict):
            if "identifier" in value[0]:
                return ",".join("{%s:%s}" % (v["type"], v["identifier"])
                                for v in value)
            if "itemValueLHS" in value[0]:
                return ",".join("{%s:%s}" % (v["itemValueLHS"],
                                             v["itemValueRHS"]) for v in value)
            return sorted(v["sourcedId"] for v in value)
        return ",".join(value)
    if member in ("assignDate", "dueDate"):
        return value[:10]
    return value


def same(member, got, cell):
    if member == "enabledUser":
        cell = cell.lower()  # a spreadsheet's TRUE is taken as true
    if isinstance(got, list):
        return got == sorted(c for c in cell.split(",") if c)
    if isinstance(got, (int, float)) and not isinstance(got, bool):
        return cell != "" and float(cell) == float(got)
    return got == cell


def difference(record, row):
    """The first member that differs from the row of the file, or ""."""
    seen = set()
    for member, value in record.items():
        if member in SKIPPED or (member == "role" and "role" not in row):
            continue
        if member == "metadata":
            for name, text in value.items():
                seen.add("metadata." + name)
                if row.get("metadata." + name, "") != text:
                    return "metadata." + name
            continue
        column = column_of(member, row)
        if column not in row:
            continue  # the other version's member
        seen.add(column)
        got = as_csv(member, value, row)
        if not same(member, got, row[column]):
            return "%s is %r, was %r" % (member, got, row[column])
    for column, cell in row.items():
        if cell and column not in seen and column not in (
                "status", "dateLastModified", "password", "sourcedId") \
                and column in expected_columns(record, cell):
            return "%s was %r and is gone" % (column, cell)
    return ""


def expected_columns(record, cell):
    """Columns whose values no version may lose: 1.2 says roles for 1.1's role,
    and 1.1 has fewer words for sex."""
    told_otherwise = {"role"} if "roles" in record else set()
    if cell not in ("male", "female"):
        told_otherwise.add("sex")
    kept = {"title", "name", "type", "givenName", "familyName", "username",
            "email", "identifier", "grades", "subjects", "courseCode",
            "classCode", "beginDate", "endDate", "startDate", "role",
            "birthDate", "sex", "score", "scoreDate", "comment"} | {
                c for c in record.get("metadata", {})}
    return kept - told_otherwise


def compare(name, records, rows, id_column="sourcedId"):
    by_id = {r[id_column]: r for r in rows}
    pulled = {r["sourcedId"]: r for r in records}
    why = ""
    if len(pulled) != len(records):
        why = "a record came twice"
    elif set(pulled) != set(by_id):
        odd = sorted(set(pulled) ^ set(by_id))[:3]
        why = "%d pulled, %d in the file; such as %s" % (
            len(pulled), len(by_id), odd)
    else:
        for key, record in pulled.items():
            found = difference(record, by_id[key])
            if found:
                why = "%s: %s" % (key, found)
                break
    d.check("%s (%d rows)" % (name, len(rows)), why)


def compare_roles(name, users, folder):
    """1.2's roles against roles.csv, or against 1.1's role and orgs."""
    want = {}
    for row in d.read_csv(folder, "roles"):
        want.setdefault(row["userSourcedId"], set()).add(
            (row["role"], row["orgSourcedId"]))
    if not want:
        for row in d.read_csv(folder, "users"):
            want[row["sourcedId"]] = {
                (row["role"], org) for org in row["orgSourcedIds"].split(",")}
    why = ""
    for user in users:
        got = {(r["role"], r["org"]["sourcedId"]) for r in user["roles"]}
        expected = want.get(user["sourcedId"], set())
        if not same_roles(got, expected):
            why = "%s: %s, was %s" % (user["sourcedId"], got, expected)
            break
    d.check(name + " roles", why)


def same_roles(got, want):
    """1.1 says administrator for what 1.2 tells apart."""
    if got == want:
        return True
    plain = {("administrator" if "dministrator" in r else r, o)
             for r, o in got}
    return plain == want


def check_bundle(name, folder):
    district = d.District("home-" + name)
    done = district.run("import", folder)
    district.serve()
    token = district.token(district.application("rows", "--full"))
    for service, collections in COLLECTIONS.items():
        for collection in collections:
            rows = d.read_csv(folder, collection)
            if not rows:
                continue
            base = "/ims/oneroster/%s/v1p2/" % service
            records, total = district.pull(base + collection, token)
            compare("%s %s by 1.2" % (name, collection), records, rows)
            d.check("%s %s total" % (name, collection),
                    total != len(rows) and "X-Total-Count %d" % total)
            if collection == "users":
                compare_roles(name, records, folder)
            if collection != "scoreScales":
                records, _ = district.pull(
                    d.ROSTER_11 + "/" + collection, token)
                compare("%s %s by 1.1" % (name, collection), records, rows)
    district.close()
    return done


def main():
    maker = d.District("maker")
    for version in ("1.1", "1.2"):
        folder = os.path.abspath("made-" + version)
        maker.run("generate", folder, "--students", "400", "--format", version)
        check_bundle("made-" + version, folder)
    for sample in ("v1p1-bulk-roster-quoted-metadata", "v1p2-delta-roster"):
        path = os.path.join(SAMPLES, sample + ".zip")
        if not os.path.exists(path):
            print("skip %s: the sample is not at hand" % sample)
            continue
        with zipfile.ZipFile(path) as z:
            z.extractall(sample)
        check_bundle(sample, os.path.abspath(sample))
    d.finish()


main()
