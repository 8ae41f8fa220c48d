#!/usr/bin/python3
# timeout: 600
"""CSV bundles as publishers download them: what is in them comes back out of
another home, deltas add up, files are made once and sent as RFC 9110 says."""
import csv
import io
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
from district import (District, HOMEROOM, ROSTER_11, ROSTER_12, GRADEBOOK_12,  # noqa: E402
                      RESOURCES_12, check, finish)

STUDENTS = "200"
V11, V12 = "1.1", "1.2"
SCOPE = "https://purl.imsglobal.org/spec/or/%s/scope/%s"


# --- bundles as tables -------------------------------------------------------

def tables(bundle):
    """{file: (header, {sourcedId: row})}; a row is a dict."""
    found = {}
    with zipfile.ZipFile(bundle) as z:
        if z.testzip() is not None:
            raise SystemExit("not ok zip: it is damaged")
        for name in z.namelist():
            text = io.StringIO(z.read(name).decode(), newline="")
            reader = csv.DictReader(text)
            rows = list(reader)
            key = reader.fieldnames[0]
            found[name] = (reader.fieldnames, {r[key]: r for r in rows})
            if len(rows) != len(found[name][1]):
                raise SystemExit("not ok %s: an id stands twice" % name)
    return found


def lines(bundle):
    """{file: its lines, sorted}, the manifest apart."""
    with zipfile.ZipFile(bundle) as z:
        return {n: sorted(z.read(n).split(b"\n")) for n in z.namelist()
                if n != "manifest.csv"}


def manifest(bundle):
    return {k: r["value"] for k, r in tables(bundle)["manifest.csv"][1].items()}


def replay(base, delta):
    """What a client has that applies a delta to what it had."""
    result = {n: dict(rows) for n, (_, rows) in base.items()}
    for name, (header, rows) in delta.items():
        if name == "manifest.csv":
            continue
        have = result.setdefault(name, {})
        for key, row in rows.items():
            if row["status"] == "tobedeleted":
                have.pop(key, None)
            elif row["status"] == "active" and row["dateLastModified"]:
                have[key] = dict(row, status="", dateLastModified="")
            else:
                raise SystemExit("not ok delta: a row without a status")
    return result


def as_lines(result, like):
    """The replayed rows, written as the files of `like` are."""
    out = {}
    for name, rows in result.items():
        if name == "manifest.csv" or not rows:
            continue
        header = like[name][0] if name in like else sorted(
            next(iter(rows.values())))
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        for row in rows.values():
            writer.writerow([row.get(c) or "" for c in header])
        out[name] = sorted(text.getvalue().split("\n"))
    return out


def difference(ours, theirs):
    for name in sorted(set(ours) | set(theirs)):
        a, b = ours.get(name), theirs.get(name)
        if a is None or b is None:
            return "%s is only on one side" % name
        if a != b:
            odd = [x for x in a if x not in set(b)][:1]
            even = [x for x in b if x not in set(a)][:1]
            return "%s: %s instead of %s" % (name, odd, even)
    return None


# --- the districts -----------------------------------------------------------

def generate(home, days):
    for day in range(days):
        more = ["--churn", "8", "--from", "day%d" % (day - 1)] if day else []
        home.run("generate", "day%d" % day, "--students", STUDENTS,
                 *more)


def export(home, file, *flags):
    home.run("export", "--application", "all", *flags, file)
    return file


def pulled(home, token, paths):
    """All rows of all collections, without what says when and where."""
    def plain(value):
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()
                    if k not in ("dateLastModified", "href")}
        return [plain(v) for v in value] if isinstance(value, list) else value

    return {p: {r["sourcedId"]: plain(r) for r in home.pull(p, token)[0]
                if r["status"] == "active"} for p in paths}


COLLECTIONS = {
    V12: [ROSTER_12 + "/" + c for c in (
        "orgs", "academicSessions", "courses", "classes", "users",
        "enrollments", "demographics")] +
         [GRADEBOOK_12 + "/" + c for c in (
             "categories", "lineItems", "results", "scoreScales")] +
         [RESOURCES_12 + "/resources"],
    V11: [ROSTER_11 + "/" + c for c in (
        "orgs", "academicSessions", "courses", "classes", "users",
        "enrollments", "demographics", "categories", "lineItems", "results",
        "resources")],
}


def expressible(bundle, format):
    """1.1 requires a score, so a result without one stays behind."""
    found = lines(bundle)
    if format == V11:
        found["results.csv"] = [line for line in found["results.csv"]
                                if line.split(b",")[6:7] != [b""]]
    return found


def round_trip(one, format):
    """Exported, imported elsewhere, exported again: nothing is lost."""
    first = export(one, "first-%s.zip" % format, "--format", format)
    other = District("home-" + format)
    other.run("import", first)
    other.application("all", "--full")
    again = export(other, "again-%s.zip" % format, "--format", format)
    check("100 %s: a bundle goes through another home" % format,
          difference(expressible(first, format), lines(again)))
    other.serve()
    theirs = pulled(other, other.token(other.application("p", "--full")),
                    COLLECTIONS[format])
    ours = pulled(one, one.token(one.application("p" + format, "--full")),
                  COLLECTIONS[format])
    for path in COLLECTIONS[format]:
        why = None
        for key in set(ours[path]) | set(theirs[path]):
            a, b = ours[path].get(key), theirs[path].get(key)
            if format == V11 and path.endswith("/results") and not b and \
                    "score" not in a:
                continue
            if a != b:
                why = "%s instead of %s" % (b, a)
                break
        if not ours[path]:
            why = "there are none"
        check("101 %s: the same rows of %s" % (format, path), why)
    other.close()
    checked = other.run("check", first, "-o", "json", ok=False)
    check("102 %s: our own check finds nothing" % format,
          None if checked.returncode == 0 else
          checked.stdout.decode()[-2000:])


def contents(bundle, format):
    rows = tables(bundle)
    said = manifest(bundle)
    files = {n[:-4] for n in rows} - {"manifest"}
    check("110 %s: the manifest says what there is" % format, None if
          {k[5:] for k, v in said.items() if v == "bulk"} == files and
          said["oneroster.version"] == format else str(said))
    check("111 %s: all files stand in it" % format, None if
          len([k for k in said if k.startswith("file.")]) ==
          {V11: 13, V12: 21}[format] else str(said))
    bad = [n for n, (header, by_id) in rows.items() for r in by_id.values()
           if n != "manifest.csv" and (r["status"] or r["dateLastModified"])]
    check("112 %s: bulk leaves status and time blank" % format, bad[:3])
    odd = [r for n in ("users.csv", "userProfiles.csv") if n in rows
           for r in rows[n][1].values() if r["password"]]
    check("113 %s: no password" % format, odd[:3])


def deltas(one):
    """Base and deltas give the newest; each delta from each version."""
    bulks, steps = {}, {}
    for day in range(4):
        if day:
            one.run("import", "--accept", "day%d" % day)
        for format in (V11, V12):
            bulks[day + 1, format] = export(
                one, "bulk-%d-%s.zip" % (day + 1, format), "--format", format)
            for since in range(1, day + 1):
                steps[since, day + 1, format] = export(
                    one, "delta-%d-%d-%s.zip" % (since, day + 1, format),
                    "--format", format, "--since", str(since))
    for (since, to, format), file in sorted(steps.items()):
        base = tables(bulks[since, format])
        want = tables(bulks[to, format])
        have = replay(base, tables(file))
        check("120 %s: %d and the delta since make %d" % (format, since, to),
              difference(as_lines(have, want),
                         as_lines({n: r for n, (_, r) in want.items()}, want)))
        said = {v for k, v in manifest(file).items() if k.startswith("file.")}
        check("121 %s: %d to %d says delta" % (format, since, to),
              None if said == {"delta", "absent"} else str(said))


REFERENCES = {"parentSourcedId": None, "courseSourcedId": "courses",
              "schoolSourcedId": "orgs", "termSourcedIds": "academicSessions",
              "schoolYearSourcedId": "academicSessions",
              "orgSourcedId": "orgs", "orgSourcedIds": "orgs",
              "primaryOrgSourcedId": "orgs", "agentSourcedIds": "users",
              "userSourcedId": "users", "classSourcedId": "classes",
              "userProfileSourcedId": "userProfiles"}


def dangling(rows):
    """References to what is not in the bundle."""
    for name, (header, by_id) in rows.items():
        for column in set(header) & set(REFERENCES):
            of = REFERENCES[column] or name[:-4]
            known = rows.get(of + ".csv", ((), {}))[1]
            for row in by_id.values():
                for key in filter(None, (row[column] or "").split(",")):
                    if key not in known:
                        return "%s of %s: %s" % (column, name, key)
    return None


def restricted():
    """One school, day after day: nothing else, and deltas that add up."""
    home = District("home-restricted")
    home.run("application", "create", "some")
    home.serve()
    subprocess.run(
        ["psql", "-X", "-q", "-h", home.home + "/postgres",
         "-U", "homeroom_superuser", "-d", "homeroom", "-c",
         "update homeroom.\"grant\" set defined = true, "
         "schools = '{school-0001}', demographics = true"],
        check=True)
    bulks = {}

    def bundle(file, *flags):
        home.run("export", "--application", "some", *flags, file)
        return tables(file)

    for day in range(4):
        home.run("import", "--accept", "day%d" % day)
        for format in (V11, V12):
            name = "some-%d-%s.zip" % (day, format)
            bulks[day, format] = bundle(name, "--format", format)
            if day == 0:
                continue
            for since in range(day):
                delta = bundle("some-delta.zip", "--format", format,
                               "--since", str(since + 1))
                have = replay(bulks[since, format], delta)
                want = bulks[day, format]
                check("130 restricted, %s: %d to %d" % (format, since, day),
                      difference(as_lines(have, want), as_lines(
                          {n: r for n, (_, r) in want.items()}, want)))
    for format in (V11, V12):
        rows = bulks[3, format]
        check("131 restricted, %s: no reference leads out" % format,
              dangling(rows))
        schools = {k for k, r in rows["orgs.csv"][1].items()
                   if r["type"] == "school"}
        check("132 restricted, %s: one school" % format,
              None if schools == {"school-0001"} else str(schools))
        check("133 restricted, %s: some of its people" % format, None if
              0 < len(rows["users.csv"][1]) < len(tables(
                  "bulk-4-%s.zip" % format)["users.csv"][1]) else "not some")
    home.close()


# --- by HTTP -----------------------------------------------------------------

def ask(home, token, path="/bundles/v1p2.zip", method="GET", **headers):
    return home.get(path, token, method=method, headers={
        k.replace("_", "-"): v for k, v in headers.items()})


def is_status(name, answer, want):
    check(name, None if answer.status == want else "%d: %s" % (
        answer.status, answer.body[:200]))


def ranges(home, token):
    whole = ask(home, token)
    size, tag = len(whole.body), whole.headers["ETag"]
    is_status("200 a bundle", whole, 200)
    for name, want in (("Content-Type", "application/zip"),
                       ("Content-Length", str(size)),
                       ("Accept-Ranges", "bytes"),
                       ("Homeroom-Version", "4"),
                       ("Homeroom-Bundle", "bulk"),
                       ("Cache-Control", "private, no-cache"),
                       ("Content-Disposition",
                        'attachment; filename="oneroster-v1p2-4.zip"')):
        check("201 " + name, None if whole.headers[name] == want else
              str(whole.headers[name]))
    check("202 it is the one that export writes", None if whole.body ==
          open("bulk-4-1.2.zip", "rb").read() else "it is another")
    head = ask(home, token, method="HEAD")
    check("203 HEAD", None if head.status == 200 and not head.body and
          head.headers["Content-Length"] == str(size) and
          head.headers["ETag"] == tag else str(head.headers))
    for match in (tag, '"x", %s' % tag, "W/" + tag, "*"):
        same = ask(home, token, If_None_Match=match)
        check("204 If-None-Match " + match, None if same.status == 304 and
              not same.body and same.headers["ETag"] == tag else
              str(same.status))
    is_status("205 another tag", ask(home, token, If_None_Match='"x"'), 200)
    for asked, first, last in (
            ("0-0", 0, 0), ("0-99", 0, 99), ("100-", 100, size - 1),
            ("-1", size - 1, size - 1), ("-100", size - 100, size - 1),
            ("-%d" % (size * 2), 0, size - 1),
            ("70000-200000", 70000, min(200000, size - 1)),
            ("%d-%d" % (size - 1, size * 9), size - 1, size - 1)):
        part = ask(home, token, Range="bytes=" + asked)
        check("206 Range " + asked, None if part.status == 206 and
              part.body == whole.body[first:last + 1] and
              part.headers["Content-Range"] == "bytes %d-%d/%d" % (
                  first, last, size) else "%d, %d bytes, %s" % (
                      part.status, len(part.body),
                      part.headers["Content-Range"]))
    for asked in ("%d-" % size, "%d-%d" % (size, size + 1), "-0"):
        bad = ask(home, token, Range="bytes=" + asked)
        check("207 Range " + asked, None if bad.status == 416 and
              bad.headers["Content-Range"] == "bytes */%d" % size else
              str(bad.status))
    for asked in ("bytes=9-1", "bytes=a-b", "bytes=-", "bytes=", "rows=1-2",
                  "bytes=0-1,4-5", "bytes=--5", "bytes=0--1",
                  "bytes=99999999999999999999-"):
        is_status("208 no range: " + asked, ask(home, token, Range=asked), 200)
    is_status("209 If-Range", ask(home, token, Range="bytes=5-9",
                                  If_Range=tag), 206)
    is_status("209 If-Range, another", ask(home, token, Range="bytes=5-9",
                                           If_Range='"x"'), 200)
    out = subprocess.run(
        ["curl", "-sS", "-C", "1000", "-o", "rest", "-H",
         "Authorization: Bearer " + token, home.base + "/bundles/v1p2.zip"])
    check("210 curl goes on where it was", None if out.returncode == 0 and
          open("rest", "rb").read() == whole.body[1000:] else "it does not")


def rights(home, all_of_it):
    def bundle(scopes, version="v1p2"):
        token = home.token(all_of_it, " ".join(
            SCOPE % (version, s) for s in scopes))
        answer = ask(home, token, "/bundles/%s.zip" % version)
        if answer.status != 200:
            return answer.status
        with open("got.zip", "wb") as f:
            f.write(answer.body)
        return {n[:-4] for n in tables("got.zip")} - {"manifest"}

    roster = {"orgs", "academicSessions", "courses", "classes", "users",
              "userProfiles", "roles", "enrollments"}
    for name, scopes, want in (
            ("core", ["roster-core.readonly"], roster),
            ("roster", ["roster.readonly"], roster),
            ("demographics", ["roster.readonly",
                              "roster-demographics.readonly"],
             roster | {"demographics"}),
            ("resources", ["roster.readonly", "resource.readonly"],
             roster | {"resources", "classResources", "courseResources",
                       "userResources"}),
            ("demographics alone", ["roster-demographics.readonly"], 403)):
        got = bundle(scopes)
        check("220 scopes: " + name, None if got == want else str(got))
    is_status("221 no token", ask(home, None), 401)
    old = home.token(all_of_it, SCOPE % ("v1p1", "roster.readonly"))
    is_status("222 a token of 1.1", ask(home, old), 403)
    is_status("222 for 1.1", ask(home, old, "/bundles/v1p1.zip"), 200)
    token = home.token(all_of_it)
    for since, want in (("4", 200), ("1", 200), ("5", 400), ("0", 400),
                        ("x", 400), ("-1", 400), ("", 400)):
        answer = ask(home, token, "/bundles/v1p2.zip?since=" + since)
        is_status("223 since=" + since, answer, want)
        if want == 200:
            said = answer.headers["Homeroom-Bundle"]
            check("224 says so", None if said == "delta; since=" + since
                  else said)


def delta_by_http(home, token):
    """A delta is a file like any other, and its manifest says what it is."""
    for version, files in ((V11, 13), (V12, 21)):
        path = "/bundles/v%s.zip?since=" % version.replace(".", "p")
        whole = ask(home, token, path + "2")
        with open("delta.zip", "wb") as f:
            f.write(whole.body)
        said = manifest("delta.zip")
        there = {n[:-4] for n in tables("delta.zip")} - {"manifest"}
        check("225 %s: the manifest of a delta" % version, None if
              len([k for k in said if k.startswith("file.")]) == files and
              {k[5:] for k, v in said.items() if v == "delta"} == there and
              {v for k, v in said.items() if k.startswith("file.")} ==
              {"delta", "absent"} and there and
              said["oneroster.version"] == version else str(said))
        size, tag = len(whole.body), whole.headers["ETag"]
        bulk = ask(home, token, path.split("?")[0]).headers["ETag"]
        check("226 %s: its tag is its own" % version, None if tag not in (
            bulk, ask(home, token, path + "3").headers["ETag"]) else tag)
        same = ask(home, token, path + "2", If_None_Match=tag)
        check("226 %s: If-None-Match" % version, None if same.status == 304 and
              not same.body and same.headers["ETag"] == tag else
              str(same.status))
        part = ask(home, token, path + "2", Range="bytes=10-99",
                   If_Range=tag)
        check("226 %s: Range" % version, None if part.status == 206 and
              part.body == whole.body[10:100] and
              part.headers["Content-Range"] == "bytes 10-99/%d" % size else
              "%d %s" % (part.status, part.headers))
        other = ask(home, token, path + "2", Range="bytes=10-99",
                    If_Range=bulk)
        check("226 %s: a range of the bulk bundle is none of it" % version,
              None if (other.status, other.body) == (200, whole.body) else
              str(other.status))
        nothing = ask(home, token, path + "4")
        with open("nothing.zip", "wb") as f:
            f.write(nothing.body)
        check("227 %s: a delta with nothing in it" % version, None if
              set(tables("nothing.zip")) == {"manifest.csv"} and {
                  v for k, v in manifest("nothing.zip").items()
                  if k.startswith("file.")} == {"absent"} and
              nothing.headers["Homeroom-Bundle"] == "delta; since=4" else
              str(manifest("nothing.zip")))
    export(home, "same.zip", "--since", "2")
    check("228 export writes the same", None if
          open("same.zip", "rb").read() == ask(
              home, token, "/bundles/v1p2.zip?since=2").body else "another")


def together(home, all_of_it, query=""):
    """Many at once get one file; so do they of two processes."""
    token = home.token(all_of_it)
    for f in os.listdir(home.home + "/bundles"):
        os.unlink(os.path.join(home.home, "bundles", f))
    answers = []
    since = ["--since", query[-1]] if query else []

    def one():
        answers.append(ask(home, token, "/bundles/v1p2.zip" + query))

    threads = [threading.Thread(target=one) for _ in range(12)]
    for t in threads:
        t.start()
    exports = [subprocess.Popen(
        [HOMEROOM, "export", "--application", "all", *since,
         "at-once-%d.zip" % i], env=home.env, stdout=subprocess.DEVNULL) for i in range(3)]
    for t in threads:
        t.join()
    codes = [e.wait() for e in exports]
    check("230 all are answered" + query, None if
          [a.status for a in answers] == [200] * 12 and codes == [0] * 3
          else "%s %s" % ([a.status for a in answers], codes))
    check("231 with one file" + query, None if
          len({a.headers["ETag"] for a in answers}) == 1 and
          {open("at-once-%d.zip" % i, "rb").read() for i in range(3)} ==
          {answers[0].body} else "they differ")
    left = os.listdir(home.home + "/bundles")
    check("232 and nothing beside it" + query, None if len(left) == 1 else str(left))


def killed(home):
    """kill -9 at any moment leaves nothing half, and nothing in the way."""
    shelf = home.home + "/bundles"
    bad = None
    for ms in range(0, 400, 25):
        for f in os.listdir(shelf):
            if f.endswith(".zip"):
                os.unlink(os.path.join(shelf, f))
        child = subprocess.Popen(
            [HOMEROOM, "export", "--application", "all", "killed.zip"],
            env=home.env, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        time.sleep(ms / 1000)
        child.send_signal(signal.SIGKILL)
        child.wait()
        for path in [os.path.join(shelf, f) for f in os.listdir(shelf)] + [
                "killed.zip"]:
            if path.endswith(".zip") and os.path.exists(path):
                try:
                    zipfile.ZipFile(path).testzip()
                except zipfile.BadZipFile:
                    bad = path
    check("240 killed: no half file", bad)
    export(home, "after.zip")
    check("241 the next one makes it", difference(
        lines("after.zip"), lines("bulk-4-1.2.zip")))
    left = [f for f in os.listdir(shelf) if not f.endswith(".zip")]
    check("242 and nothing is left", left)


def superseded(home, all_of_it):
    """What is older than retention gives a bulk bundle; old files go."""
    old = set(os.listdir(home.home + "/bundles"))
    open(home.home + "/bundles/d1-x-v1-1-csv12-s0-1.tmp", "w").close()
    env = dict(home.env, HOMEROOM_RETENTION_DAYS="1",
               HOMEROOM_CLOCK=str(int(time.time()) + 40 * 86400))
    home.run("generate", "day4", "--students", STUDENTS, "--churn", "2",
             "--from", "day3")
    subprocess.run([HOMEROOM, "import", "day4"], env=env, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    work = subprocess.Popen([HOMEROOM, "work"], env=env,
                            stderr=subprocess.DEVNULL)
    for _ in range(300):
        if not [f for f in os.listdir(home.home + "/bundles")]:
            break
        time.sleep(0.1)
    work.send_signal(signal.SIGTERM)
    work.wait()
    left = os.listdir(home.home + "/bundles")
    check("250 work throws old ones away", left if old else "none was there")
    token = home.token(all_of_it)
    answer = ask(home, token, "/bundles/v1p2.zip?since=1")
    with open("gone.zip", "wb") as f:
        f.write(answer.body)
    check("251 since what is not kept: bulk", None if
          answer.headers["Homeroom-Bundle"] == "bulk" and
          manifest("gone.zip")["file.users"] == "bulk" else
          str(answer.headers))


def main():
    one = District()
    generate(one, 4)
    one.run("import", "day0")
    all_of_it = one.application("all", "--full")
    one.serve()
    for format in (V12, V11):
        round_trip(one, format)
        contents("first-%s.zip" % format, format)
    deltas(one)
    restricted()
    ranges(one, one.token(all_of_it))
    rights(one, all_of_it)
    delta_by_http(one, one.token(all_of_it))
    together(one, all_of_it)
    together(one, all_of_it, "?since=1")
    killed(one)
    superseded(one, all_of_it)
    finish()


main()
