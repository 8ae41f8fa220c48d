#!/usr/bin/python3
# timeout: 600
"""Every endpoint's real answers, held against the API's descriptions: ours in
api/ (as the discovery endpoints serve them) and, where it is at hand,
1EdTech's own for 1.2."""
import json
import os
import re
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402
import jsonschema  # noqa: E402

OFFICIAL = os.path.join(d.SHARED, "reference/oneroster/openapi")
SERVICES = {
    "rostering": "onerosterv1p2rostersservice_openapi3_v1p0.json",
    "gradebook": "onerosterv1p2gradebookservice_openapi3_v1p0.json",
    "resources": "onerosterv1p2resourcesservice_openapi3_v1p0.json",
}


class Service:
    """One document's endpoints, asked of a running server."""

    def __init__(self, district, token, name, base, ours, official=None):
        self.district, self.token, self.name = district, token, name
        self.base, self.ours, self.official = base, ours, official
        self.seen = {}

    def get(self, url, **more):
        return self.district.get(url, self.token, **more)

    def rows_of(self, collection):
        """Some records of a collection, wherever 1.2 serves it."""
        if collection not in self.seen:
            home = self.base
            if "/" + collection not in self.ours["paths"]:
                home = d.ROSTER_12
            answer = self.get("%s/%s?limit=200" % (home, collection))
            (self.seen[collection],) = answer.json().values()
        return self.seen[collection]

    def listed(self, *parts):
        url = self.base + "".join("/" + urllib.parse.quote(p, "")
                                  for p in parts)
        answer = self.get(url + "?limit=1")
        if answer.status != 200:
            return []
        (found,) = answer.json().values()
        return found

    def ids_for(self, path):
        """Ids for the braces of a path that have something behind them."""
        parts = path.strip("/").split("/")
        first = [r["sourcedId"] for r in self.rows_of(parts[0])]
        if len(parts) == 2:
            return first[:1]
        if len(parts) == 3:
            full = (i for i in first[:60] if self.listed(parts[0], i, parts[2]))
            return [next(full, first[0])] if first else []
        for one in first[:40]:
            inner = self.inner_ids(parts, one)
            if inner:
                return [one, inner]
        return []

    def inner_ids(self, parts, one):
        if "/%s/{sourcedId}/%s" % (parts[0], parts[2]) in self.ours["paths"]:
            found = self.listed(parts[0], one, parts[2])
        else:  # the gradebook's students are the roster's
            found = self.get("%s/%s/%s/%s?limit=1" % (
                d.ROSTER_12, parts[0], urllib.parse.quote(one, ""),
                parts[2])).json().get("users", [])
        return found[0]["sourcedId"] if found else None

    def check_path(self, path):
        case = "%s %s" % (self.name, path)
        url = self.base + path + "?limit=500"
        if "{" in path:
            ids = self.ids_for(path)
            if not ids:
                print("skip %s: the district has no such records" % case)
                return
            url = self.base + fill(path, ids)
        answer = self.get(url)
        if not d.check(case + " answers", answer.status != 200 and
                       "%d %s" % (answer.status, answer.body[:200])):
            return
        value = answer.json()
        d.check(case + " is as described", violations(
            answer_schema(self.ours, path, 200), self.ours, value))
        theirs = self.official and covered(self.official, path)
        if theirs:
            d.check(case + " is as 1EdTech describes it", violations(
                answer_schema(self.official, theirs, 200), self.official,
                value))

    def check_all(self):
        for path, operations in self.ours["paths"].items():
            if "get" in operations:
                self.check_path(path)
        if not self.official:
            return
        missing = [p for p, operations in self.official["paths"].items()
                   if "get" in operations and not covered(self.ours, p)]
        d.check(self.name + " has all that 1EdTech lists",
                missing and "missing: " + " ".join(missing))

    def check_errors(self):
        path = next(p for p in self.ours["paths"] if "{" not in p)
        one = next(p for p in self.ours["paths"]
                   if p.count("{") == 1 and p.endswith("}"))
        cases = (
            (401, path, None, {}),
            (401, path, "no-token", {}),
            (404, fill(one, ["no-such-record"]), self.token, {}),
            (404, "/noSuchCollection", self.token, {}),
            (400, path + "?filter=noSuchField%3D%271%27", self.token, {}),
            (400, path + "?filter=status", self.token, {}),
            (400, path + "?limit=0", self.token, {}),
            (400, path + "?limit=1e3", self.token, {}),
            (400, path + "?offset=-1", self.token, {}),
            (406, path, self.token, {"Accept": "text/html"}),
            (414, path + "?filter=" + "x" * 9000, self.token, {}),
        )
        for status, url, token, headers in cases:
            answer = self.district.get(self.base + url, token,
                                       headers=headers)
            case = "%s %s %d" % (self.name, url[:60], status)
            if d.check(case, answer.status != status and "answered %d %s" %
                       (answer.status, answer.body[:200])):
                d.check(case + " is as described", violations(
                    answer_schema(self.ours, path, status), self.ours,
                    answer.json()))


def fill(path, ids):
    ids = iter(ids)
    return re.sub(r"\{[^}]*\}",
                  lambda m: urllib.parse.quote(next(ids), ""), path)


def violations(schema, document, value):
    resolver = jsonschema.RefResolver("", document)
    validator = jsonschema.Draft202012Validator(
        schema, resolver=resolver, format_checker=jsonschema.FormatChecker())
    found = []
    for e in validator.iter_errors(value):
        found.append("%s: %s" % ("/".join(map(str, e.absolute_path)),
                                 e.message[:200]))
        if len(found) == 3:
            break
    return "; ".join(found)


def answer_schema(document, path, status):
    answers = document["paths"][path]["get"]["responses"]
    answer = answers.get(str(status)) or answers["default"]
    while "$ref" in answer:
        node = document
        for part in answer["$ref"].split("/")[1:]:
            node = node[part]
        answer = node
    return answer["content"]["application/json"]["schema"]


def covered(document, path):
    """The official files name the ids in braces otherwise than ours do."""
    shape = re.sub(r"\{[^}]*\}", "{}", path)
    for theirs, operations in document["paths"].items():
        if re.sub(r"\{[^}]*\}", "{}", theirs) == shape and "get" in operations:
            return theirs
    return None


def discovered(district, service, file):
    """The description as the server gives it, without a token."""
    base = "/ims/oneroster/%s/v1p2" % service
    served = district.get("%s/discovery/%s" % (base, file))
    if not d.check(service + " discovery", served.status != 200 and
                   "answered %d" % served.status):
        return None
    ours = served.json()
    d.check(service + " discovery names this server",
            ours["servers"][0]["url"] != district.base + base and
            ours["servers"][0]["url"])
    return ours


def main():
    district = d.District()
    district.run("generate", "bundle", "--students", "300")
    district.run("import", "bundle")
    district.serve()
    token = district.token(district.application("conformance", "--full"))
    for service, file in SERVICES.items():
        ours = discovered(district, service, file)
        official = None
        path = os.path.join(OFFICIAL, file)
        if os.path.exists(path):
            with open(path) as f:
                official = json.load(f)
        else:
            print("skip %s: 1EdTech's description is not at hand" % service)
        if ours:
            asked = Service(district, token, service,
                            "/ims/oneroster/%s/v1p2" % service, ours, official)
            asked.check_all()
            asked.check_errors()
    with open(os.path.join(d.SOURCE, "api/oneroster-v1p1.json")) as f:
        asked = Service(district, token, "1.1", d.ROSTER_11, json.load(f))
    asked.check_all()
    asked.check_errors()
    d.finish()


main()
