#!/usr/bin/python3
# timeout: 600
"""A publisher's pull over HTTP: links, cursors, a version that changes in the
middle, scopes, what a disabled application still gets, and Postgres dying."""
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402

R12, R11 = d.ROSTER_12, d.ROSTER_11
SCOPE = "https://purl.imsglobal.org/spec/or/v1p%d/scope/"


def links(answer):
    found = re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers["Link"])
    return {rel: url for url, rel in found}


def expect(name, answer, status, **more):
    why = None
    if answer.status != status:
        why = "%d %s" % (answer.status, answer.body[:200])
    for key, value in more.items():
        header = answer.headers.get(key.replace("_", "-"))
        if why is None and header != value:
            why = "%s: %s" % (key, header)
    return d.check(name, why)


def ids(answer):
    (rows,) = answer.json().values()
    return [row["sourcedId"] for row in rows]


def link_headers(home, token):
    first = home.get(R12 + "/users?limit=7", token)
    rel = links(first)
    d.check("the first page has next, last, first and no prev",
            sorted(rel) != ["first", "last", "next"] and str(rel))
    total = int(first.headers["X-Total-Count"])
    query = "/users?filter=" + urllib.parse.quote("status='active'") + \
        "&sort=familyName&orderBy=desc&fields=sourcedId,familyName&limit=9"
    page = home.get(R12 + query, token)
    following = home.get(links(page)["next"], token)
    d.check("a link keeps what was asked",
            set(following.json()["users"][0]) != {"sourcedId", "familyName"}
            and str(following.json()["users"][0]))
    d.check("and goes on behind the page",
            set(ids(page)) & set(ids(following)) and "a row twice")
    back = home.get(links(following)["prev"], token)
    d.check("prev leads back", ids(back) != ids(page) and str(ids(back)))
    seen, url = [], R12 + "/users?limit=7"
    while url:
        page = home.get(url, token)
        seen += ids(page)
        at_end, url = links(page), links(page).get("next")
    d.check("next leads through all, once",
            (len(seen), len(set(seen))) != (total, total) and str(len(seen)))
    d.check("the last page's last link is itself",
            "cursor" not in at_end["last"] and at_end["last"])
    last = home.get(rel["last"], token)
    d.check("last leads to the last record",
            ids(last)[-1] != seen[-1] and str(ids(last)))
    past = home.get(R12 + "/users?limit=7&offset=100000", token)
    d.check("behind the end is an empty page",
            past.json() != {"users": []} and str(past.body))
    clamped = home.get(R12 + "/users?limit=20000", token)
    d.check("a larger limit is clamped",
            "limit=10000&" not in links(clamped)["first"]
            and links(clamped)["first"])


def cursors(home, token):
    url = links(home.get(R12 + "/users?limit=5", token))["next"]
    cursor = re.search(r"cursor=([^&]*)", url)[1]
    jump = home.get(R12 + "/users?limit=5&offset=40&cursor=" + cursor, token)
    plain = home.get(R12 + "/users?limit=5&offset=40", token)
    d.check("a cursor of another offset only keeps the version",
            ids(jump) != ids(plain) and str(ids(jump)))
    for bad in ("x", "-1", "1.", "1.5", "1.5.", "1.x.y", "9999999", "",
                "1%00", "99999999999999999999"):
        expect("cursor " + (bad or "empty"),
               home.get(R12 + "/users?cursor=" + bad, token), 400)


def commit_in_between(home, token):
    before, total = home.pull(R12 + "/users", token)
    expected = sorted(json.dumps(row, sort_keys=True) for row in before)
    answer = home.get(R12 + "/users?limit=50", token)
    rows = answer.json()["users"]
    home.run("import", "day1", "--accept")
    url = links(answer)["next"]
    while url:
        answer = home.get(url, token)
        rows += answer.json()["users"]
        url = links(answer).get("next")
    got = sorted(json.dumps(row, sort_keys=True) for row in rows)
    d.check("a pull over a commit is of one version",
            got != expected and "%d of %d" % (len(got), total))
    d.check("and says which",
            answer.headers["Homeroom-Version"] != "1"
            and answer.headers["Homeroom-Version"])
    after = home.get(R12 + "/users?limit=1", token)
    d.check("a new pull is of the next",
            after.headers["Homeroom-Version"] != "2"
            and after.headers["Homeroom-Version"])
    since = urllib.parse.quote(
        "dateLastModified>'%s'" % max(r["dateLastModified"] for r in before))
    changed, _ = home.pull(R12 + "/users?filter=" + since, token)
    known = {row["sourcedId"]: row for row in before}
    for row in changed:
        known[row["sourcedId"]] = row
    now, _ = home.pull(R12 + "/users", token)
    d.check("what changed, added to what was, is what is",
            known != {row["sourcedId"]: row for row in now}
            and "%d changed" % len(changed))
    d.check("some but not all had changed",
            not 0 < len(changed) < len(before) and str(len(changed)))


def methods(home, token):
    page = home.get(R12 + "/users?limit=3", token)
    head = home.get(R12 + "/users?limit=3", token, method="HEAD")
    expect("HEAD", head, 200, Link=page.headers["Link"],
           X_Total_Count=page.headers["X-Total-Count"])
    d.check("HEAD has no body", head.body and str(head.body[:50]))
    expect("OPTIONS", home.get(R12 + "/users", method="OPTIONS"), 204,
           Allow="GET, HEAD, OPTIONS")
    expect("DELETE", home.get(R12 + "/users", token, method="DELETE"), 405,
           Allow="GET, HEAD, OPTIONS")
    expect("no such path", home.get(R12 + "/pupils", token), 404)
    expect("another format", home.get(R12 + "/users", token, headers={
        "Accept": "text/html"}), 406)
    expect("no token", home.get(R12 + "/users"), 401)
    expect("an id that is no UTF-8",
           home.get(R12 + "/users/%ff", token), 400)
    expect("an id with a slash", home.get(R12 + "/users/a%2Fb", token), 404)


def warnings(home, token):
    for query, code in (("sort=nope", "invalid_sort_field"),
                        ("fields=nope", "invalid_selection_field")):
        answer = home.get(R11 + "/orgs?limit=1&" + query, token)
        said = answer.json().get("statusInfoSet", [{}])[0]
        d.check("1.1 warns of " + query,
                (said.get("imsx_codeMinor"), len(answer.json()["orgs"]),
                 said.get("imsx_operationRefIdentifier"))
                != (code, 1, "getAllOrgs") and str(answer.body))
    expect("1.2 refuses it",
           home.get(R12 + "/orgs?fields=nope", token), 400)
    expect("a bad limit", home.get(R12 + "/orgs?limit=0", token), 400)
    expect("a bad filter",
           home.get(R12 + "/orgs?filter=nope%3D'x'", token), 400)


def scopes(home, credentials):
    user = "/users/" + ids(home.get(R12 + "/students?limit=1",
                                    home.token(credentials)))[0]
    cases = (
        (12, "roster.readonly", R12 + "/users", 200),
        (12, "roster.readonly", R12 + user + "/classes", 200),
        (12, "roster.readonly", R12 + "/demographics", 403),
        (12, "roster.readonly", R11 + "/users", 403),
        (12, "roster-core.readonly", R12 + "/users", 200),
        (12, "roster-core.readonly", R12 + user + "/classes", 403),
        (12, "roster-demographics.readonly", R12 + "/demographics", 200),
        (12, "roster-demographics.readonly", R12 + "/users", 403),
        (12, "gradebook.readonly", d.GRADEBOOK_12 + "/results", 200),
        (12, "gradebook-core.readonly", d.GRADEBOOK_12 + "/results", 200),
        (12, "resource.readonly", d.RESOURCES_12 + "/resources", 200),
        (12, "assessment.readonly", d.GRADEBOOK_12 + "/results", 403),
        (12, "assessment.readonly",
         d.GRADEBOOK_12 + "/assessmentResults", 200),
        (11, "roster-core.readonly", R11 + "/users", 200),
        (11, "roster-core.readonly", R11 + user + "/classes", 403),
        (11, "roster.readonly", R11 + user + "/classes", 200),
        (11, "roster.readonly", R12 + "/users", 403),
        (11, "gradebook.readonly", R11 + "/results", 200),
        (11, "resource.readonly", R11 + "/resources", 200),
    )
    for version, scope, path, status in cases:
        token = home.token(credentials, (SCOPE % (version - 10)) + scope)
        expect("%s of 1.%d at %s" % (scope, version - 10, path),
               home.get(path, token), status)


def at_once(home, credentials):
    token = home.token(credentials)
    expect("enabled", home.get(R12 + "/orgs", token), 200)
    home.run("application", "disable", "reader")
    expect("disabled", home.get(R12 + "/orgs", token), 401)
    home.run("application", "enable", "reader")
    token = home.token(credentials)
    expect("enabled again", home.get(R12 + "/orgs", token), 200)
    home.run("application", "rotate", "reader")
    expect("rotated", home.get(R12 + "/orgs", token), 401)


def without_a_token(home):
    for service, names in (
            ("rostering", ("onerosterv1p2rostersservice_openapi3_v1p0.json",
                           "imsorv1p2_rostering_openapi3_v1p0.json", "")),
            ("gradebook", ("imsorv1p2_gradebook_openapi3_v1p0.json", "")),
            ("resources", ("imsorv1p2_resources_openapi3_v1p0.json", ""))):
        for name in names:
            answer = home.get("/ims/oneroster/%s/v1p2/discovery/%s" %
                              (service, name))
            server = answer.json().get("servers", [{}])[0].get("url", "")
            d.check("discovery %s/%s" % (service, name),
                    not server.startswith(home.base) and server)
    expect("healthz", home.get("/healthz"), 200)
    expect("readyz", home.get("/readyz"), 200)
    metrics = home.get("/metrics").body.decode()
    d.check("metrics", "homeroom_batch_seconds_count" not in metrics
            and metrics[:200])


def backends():
    """The server processes of this test's Postgres that serve workers."""
    out = subprocess.run(["ps", "-eo", "pid,ppid,args"],
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    with open(os.path.join("home", "postgres", "data", "postmaster.pid")) as f:
        postmaster = f.readline().strip()
    return [int(line.split()[0]) for line in out.splitlines()
            if line.split()[1] == postmaster and "homeroom_serve" in line]


def postgres_dies(home, token):
    killed = backends()
    d.check("there are connections", not killed and "none")
    os.kill(killed[0], signal.SIGKILL)
    statuses, end = [], time.monotonic() + 30
    while time.monotonic() < end and statuses[-3:] != [200] * 3:
        statuses.append(home.get(R12 + "/users?limit=1", token).status)
        time.sleep(0.05)
    d.check("while Postgres recovers, answers are 503, then 200",
            (statuses[-1] != 200 or set(statuses) - {200, 503})
            and str(statuses))


def main():
    home = d.District()
    home.run("generate", "day0", "--students", "300")
    home.run("generate", "day1", "--from", "day0", "--churn", "5")
    home.run("import", "day0")
    credentials = home.application("reader", "--full")
    home.serve()
    token = home.token(credentials)
    link_headers(home, token)
    cursors(home, token)
    commit_in_between(home, token)
    methods(home, token)
    warnings(home, token)
    scopes(home, credentials)
    without_a_token(home)
    postgres_dies(home, token)
    at_once(home, credentials)
    d.finish()


main()
