"""Fifty restricted grants, as a district of many schools gives them: a school
to one vendor, a subject at some schools or three grades at twenty to others,
gradebooks to a few, and mathematics everywhere to the last."""
import csv
import json
import os

COUNT = 50


def read(bundle, file):
    with open(os.path.join(bundle, file), newline="",
              encoding="utf-8-sig") as f:
        yield from csv.DictReader(f)


def schools_of(bundle):
    return [r["sourcedId"] for r in read(bundle, "orgs.csv")
            if r["type"] == "school"]


def name(i):
    return "vendor%02d" % i


def share(i, schools, subjects):
    def some(count):
        return sorted({schools[(i * 3 + k * 11) % len(schools)]
                       for k in range(count)})

    if i == COUNT - 1:
        return {"subjects": ["Mathematics"]}
    return (
        {"schools": some(1), "agents": True, "demographics": True},
        {"schools": some(5), "subjects": [subjects[i % len(subjects)]]},
        {"schools": some(20), "grades": ["06", "07", "08"],
         "roles": ["student", "teacher"]},
        {"schools": some(10), "subjects": ["Mathematics"],
         "gradebook": True, "resources": True},
        {"schools": some(3), "unenrolled": True},
    )[i % 5]


def write(bundle, path):
    """YAML, of which JSON is a part."""
    subjects = sorted({s for r in read(bundle, "courses.csv")
                       for s in r["subjects"].split(",") if s})
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n---\n".join(json.dumps(
            {"kind": "grant", "name": name(i),
             "share": share(i, schools_of(bundle), subjects)})
            for i in range(COUNT)))
