#!/usr/bin/python3
# timeout: 300
"""The audit as a district relies on it: what was answered is in it, whatever
is killed; what can't be noted is not sent; no value is ever kept."""
import csv
import http.client
import io
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
from district import (District, HOMEROOM, ROSTER_11, ROSTER_12,  # noqa: E402
                      check, finish)

USERS = ROSTER_11 + "/users"


def rows_of(home, *flags):
    out = home.run("audit", "-o", "json", "--limit", "100000", *flags).stdout
    return json.loads(out)


def until(home, wanted, *flags):
    """The rows, once there are enough: a server ships them every second."""
    for _ in range(100):
        rows = rows_of(home, *flags)
        if wanted(rows):
            break
        time.sleep(0.1)
    return rows


def requests(rows):
    return sum(r["requests"] for r in rows)


def spools(home):
    return [f for f in os.listdir(home.home + "/audit")]


def psql(home, script):
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h",
         os.path.join(home.home, "postgres"), "-U", "homeroom_superuser",
         "-d", "homeroom", "-c", script], stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().strip()


# --- what a row says ---------------------------------------------------------

def what_is_kept(home, credentials):
    token = home.token(credentials)
    users = home.get(USERS + "?limit=50", token).json()["users"]
    user = max(users, key=lambda u: len(u["givenName"]))
    given, id = user["givenName"], user["sourcedId"]
    home.get(USERS + "?filter=" + urllib.parse.quote(
        "givenName='%s' AND role='student'" % given.replace("'", "''")), token)
    home.get(USERS + "?filter=dateLastModified%3E%272020-01-01%27&limit=7",
             token, headers={"Accept-Encoding": "gzip"})
    home.get(USERS + "/" + id, token, headers={"X-Request-Id": "mine-7"})
    home.get(USERS + "/nobody-knows-me", token)
    home.get(USERS + "?filter=secretWord%3D%27x%27", token)
    bundle = home.get("/bundles/v1p1.zip", token)
    rows = until(home, lambda r: len(r) >= 9)
    found = {r["request"]: r for r in rows}
    one = found["mine-7"]
    check("100 one record: its endpoint, not its id",
          None if one["endpoint"] == USERS + "/{}" and one["rows"] == 1 and
          one["status"] == 200 and one["version"] == 1 and
          one["application"] == "Reader" and one["grant"] and
          one["address"] == "127.0.0.1" and one["method"] == "GET"
          else str(one))
    filtered = [r for r in rows if r["filter"]]
    check("101 fields of a filter, no values",
          None if {r["filter"] for r in filtered} ==
          {"givenName,role", "dateLastModified"} else str(filtered))
    check("102 a delta's time", None if [
        r["since"] for r in filtered if r["since"]] == ["2020-01-01"]
          else str(filtered))
    packed = [r for r in rows if r["since"]][0]
    check("103 bytes as they were sent",
          None if packed["rows"] == 7 and 500 < packed["bytes"] < 3000
          else str(packed))
    download = [r for r in rows if r["endpoint"] == "/bundles/v1p1.zip"][0]
    check("104 a bundle", None if len(bundle.body) < download["bytes"] <
          len(bundle.body) + 1000 and download["version"] == 1
          else str(download))
    check("105 a token", None if [
        r for r in rows if r["endpoint"] == "/oauth/token" and
        r["status"] == 200 and r["application"] == "Reader"] else str(rows))
    check("106 what was refused", None if
          {r["status"] for r in rows if r["status"]} >= {200, 404}
          else str(rows))
    everything = psql(home, "select string_agg(a::text, ' ') "
                            "from homeroom.audit a")
    for what, value in (("name", given), ("id", id), ("missing id", "nobody"),
                        ("unknown field", "secretWord"), ("token", token)):
        check("107 no " + what + " is in it",
              value if value in everything else None)
    home.run("export", "--application", "Reader", "out.zip")
    exported = [r for r in rows_of(home) if r["method"] == "export"]
    check("108 an export, and who ran it", None if len(exported) == 1 and
          exported[0]["bytes"] == os.path.getsize("out.zip") and
          exported[0]["who"] else str(exported))


def who_is_unknown(home):
    before = len(rows_of(home))
    for i in range(400):
        home.get(USERS, "no-token-%d" % i)
    for _ in range(3):
        home.get("/oauth/token", method="POST", body=b"grant_type=password",
                 headers={"Content-Type": "application/x-www-form-urlencoded"})
    for _ in range(5):
        home.get("/no/such/path")
    home.close()  # what is counted by the minute goes with it
    home.serve()
    rows = rows_of(home)[:len(rows_of(home)) - before]
    refused = [r for r in rows if r["status"] == 401]
    check("120 four hundred refusals are few rows",
          None if requests(refused) == 400 and len(refused) <= 2 else str(rows))
    check("121 from a network", None if
          {r["address"] for r in refused} == {"127.0.0.0/24"}
          else str(refused))
    check("122 tokens that were refused", None if requests(
        [r for r in rows if r["endpoint"] == "/oauth/token" and
         r["status"] == 400]) == 3 else str(rows))
    check("123 what is nobody's route is not in it",
          None if not [r for r in rows if "such" in r["endpoint"]]
          else str(rows))


# --- whatever is killed ------------------------------------------------------

def pull_until_dead(home, token, counts, i):
    """Counts whole answers until the server is gone."""
    path = USERS + "?limit=%d" % (i + 1)
    connection = http.client.HTTPConnection("127.0.0.1", home.port, timeout=20)
    try:
        while True:
            connection.request("GET", path, headers={
                "Authorization": "Bearer " + token})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                counts[i] += 1
    except (OSError, http.client.HTTPException):
        pass


def killed(home, credentials):
    token = home.token(credentials)
    before = requests(rows_of(home, "--endpoint", USERS))
    total, sent = 0, 0
    for round in range(3):
        counts = [0] * 6
        threads = [threading.Thread(target=pull_until_dead,
                                    args=(home, token, counts, i))
                   for i in range(6)]
        for t in threads:
            t.start()
        time.sleep(0.4 + 0.7 * round)
        home.server.kill()
        home.server.wait()
        for t in threads:
            t.join()
        total += sum(counts)
        sent += sum((i + 1) * n for i, n in enumerate(counts))
        left = spools(home)
        home.serve()
        rows = until(home, lambda r: requests(r) - before >= total,
                     "--endpoint", USERS)
        noted = requests(rows) - before
        # Of each connection one may be noted and not sent to its end.
        check("130 every answer before kill -9 is in it (%d)" % (round + 1),
              None if total <= noted <= total + 6 * (round + 1) and
              total > 10 and left else
              "%d answers, %d noted, spools %s" % (total, noted, left))
    home.server.kill()
    home.server.wait()
    home.serve()
    time.sleep(1.5)
    again = requests(rows_of(home, "--endpoint", USERS)) - before
    check("131 and none twice", None if again == noted else
          "%d instead of %d" % (again, noted))
    proof = home.run("audit", "--verify", ok=False)
    check("132 the chain holds", None if proof.returncode == 0
          else proof.stderr.decode())


def two_servers(home, credentials):
    """A second one on the same home and database takes what the first left."""
    token = home.token(credentials)
    other = District("home", HOMEROOM_DATABASE_URL="")
    other.serve()
    before = requests(rows_of(home, "--endpoint", ROSTER_12))
    for _ in range(20):
        home.get(ROSTER_12 + "/orgs", token)
        other.get(ROSTER_12 + "/orgs", token)
    home.server.kill()
    home.server.wait()
    rows = until(other, lambda r: requests(r) - before >= 40,
                 "--endpoint", ROSTER_12)
    check("140 what one of two left, the other brings in",
          None if requests(rows) - before == 40 else
          "%d" % (requests(rows) - before))
    other.close()
    check("141 and no spool is left", spools(home) and str(spools(home)))
    home.serve()


def postgres_away(home, credentials):
    token = home.token(credentials)
    before = requests(rows_of(home, "--endpoint", ROSTER_11 + "/orgs"))
    pid = int(open(home.home + "/postgres/data/postmaster.pid").readline())
    os.kill(pid, signal.SIGKILL)
    good = 0
    for _ in range(300):
        good += home.get(ROSTER_11 + "/orgs", token).status == 200
        if good == 20:
            break
        time.sleep(0.05)
    rows = until(home, lambda r: requests(
        [a for a in r if a["status"] == 200]) - before >= 20,
        "--endpoint", ROSTER_11 + "/orgs")
    noted = requests([a for a in rows if a["status"] == 200]) - before
    check("145 Postgres killed: all is in it once",
          None if noted == 20 else "%d of 20" % noted)


# --- what is not sent --------------------------------------------------------

def cut_short(home, credentials):
    token = home.token(credentials)
    path = ROSTER_12 + "/enrollments?limit=10000"
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", home.port))
        s.sendall(("GET %s HTTP/1.1\r\nHost: h\r\nX-Request-Id: cut\r\n"
                   "Authorization: Bearer %s\r\n\r\n" % (path, token))
                  .encode())
        s.recv(1000)
    rows = until(home, lambda r: len(
        [a for a in r if a["request"] == "cut"]) == 2)
    rows = [a for a in rows if a["request"] == "cut"]
    check("150 what a client did not take is taken off", None if
          sorted(a["requests"] for a in rows) == [0, 1] and
          0 < sum(a["bytes"] for a in rows) < max(a["bytes"] for a in rows)
          else str(rows))


def fill(home, token, done):
    """Asks until it is refused; many at once, each line as long as can be."""
    connection = http.client.HTTPConnection("127.0.0.1", home.port, timeout=20)
    status = 200
    while status == 200:
        connection.request("GET", ROSTER_11 + "/orgs?limit=1", headers={
            "Authorization": "Bearer " + token, "X-Request-Id": "x" * 64})
        answer = connection.getresponse()
        answer.read()
        status = answer.status
        done.append(status)


def no_room(credentials):
    """Where no file may grow any more, nothing is sent; nor is anything lost.
    What has its place on the disk already is used first."""
    home = District("home", HOMEROOM_DATABASE_URL="")
    home.serve()
    token = home.token(credentials)
    before = requests(rows_of(home, "--endpoint", ROSTER_11 + "/orgs"))
    soft, hard = resource.prlimit(home.server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(home.server.pid, resource.RLIMIT_FSIZE, (0, hard))
    done = []
    threads = [threading.Thread(target=fill, args=(home, token, done))
               for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    check("160 with room", None if done.count(200) > 1000 else str(len(done)))
    full = home.get(USERS, token)
    check("161 a full disk: 503, and no record", None if full.status == 503 and
          b"givenName" not in full.body and "Retry-After" in full.headers
          else "%d %s" % (full.status, full.body[:200]))
    refused = home.get(USERS, "x")
    check("162 who is refused is told so all the same",
          None if refused.status == 401 else str(refused.status))
    check("163 and the server is well", None if
          home.get("/healthz").status == 200 else "it is not")
    resource.prlimit(home.server.pid, resource.RLIMIT_FSIZE, (soft, hard))
    check("164 room again", None if home.get(USERS, token).status == 200
          else "refused")
    rows = until(home, lambda r: requests(r) - before >= done.count(200),
                 "--endpoint", ROSTER_11 + "/orgs")
    check("165 what was sent is in it", None if
          requests(rows) - before == done.count(200) else "%d of %d" % (
              requests(rows) - before, done.count(200)))
    home.close()


# --- asking it ---------------------------------------------------------------

def asking(home):
    everything = rows_of(home)
    text = home.run("audit", "-o", "csv", "--limit", "100000").stdout.decode()
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    check("170 CSV has all of it", None if len(table) == len(everything) and
          all(a["request"] == (b["request"] or "") and
              a["bytes"] == ("" if b["bytes"] is None else str(b["bytes"]))
              for a, b in zip(table, everything)) else text[:500])
    for name, flags, holds in (
            ("application", ["--application", "Reader"],
             lambda r: r["application"] == "Reader"),
            ("endpoint", ["--endpoint", "/bundles"],
             lambda r: r["endpoint"].startswith("/bundles")),
            ("status", ["--status", "404"], lambda r: r["status"] == 404),
            ("a class of status", ["--status", "4xx"],
             lambda r: 400 <= r["status"] < 500)):
        got = rows_of(home, *flags)
        check("171 by " + name, None if got and all(map(holds, got)) and
              len(got) == len([r for r in everything
                               if r["status"] or name != "status"
                               if holds({**r, "status": r["status"] or 0})])
              else str(got)[:500])
    today = everything[0]["at"][:10]
    check("172 to a day, with all of it", None if
          len(rows_of(home, "--from", today, "--to", today)) ==
          len([r for r in everything if r["at"][:10] == today])
          else "some are missing")
    check("173 until before", rows_of(home, "--to", "2020-01-01"))
    for by in ("application", "day", "endpoint"):
        sums = rows_of(home, "--by", by)
        check("174 sums by " + by, None if
              sum(s["requests"] for s in sums) == requests(everything) and
              sum(s["bytes"] for s in sums) ==
              sum(r["bytes"] or 0 for r in everything) else str(sums))
    for flags, why in ((["--record", "u1"], b"keeps no records' ids"),
                       (["--status", "7"], b"404"), (["--by", "x"], b"day"),
                       (["--from", "x"], b"date"), (["0:1"], b"--verify")):
        done = home.run("audit", *flags, ok=False)
        check("175 audit " + " ".join(flags), None if done.returncode == 2 and
              why in done.stderr else done.stderr.decode())
    changes = rows_of(home, "--settings")
    check("176 settings, and by whom", None if changes and all(
        c["who"] and c["kind"] == "application" and c["after"]["full"]
        for c in changes)
          else str(changes))


def tampering(home):
    head = json.loads(home.run("audit", "--head", "-o", "json").stdout)[0]
    done = home.run("audit", "--verify", head["head"], ok=False)
    check("180 the head that was written down", None if done.returncode == 0
          else done.stderr.decode())
    psql(home, "update homeroom.audit set application = null where number = 5")
    done = home.run("audit", "--verify", ok=False)
    check("181 a superuser's change shows", None if done.returncode == 1 and
          b"From row 5 on" in done.stderr else done.stderr.decode())


def kept_for(home):
    """What was read long ago is purged by the worker, and the rest holds."""
    env = dict(home.env, HOMEROOM_AUDIT_DAYS="1", HOMEROOM_LOG="info")
    psql(home, "update homeroom.audit set at = at - interval '2 days' "
               "where number <= 9")
    work = subprocess.Popen([HOMEROOM, "work"], env=env,
                            stderr=subprocess.PIPE)
    for line in work.stderr:
        if b" audit head=" in line:
            break
    work.send_signal(signal.SIGTERM)
    work.communicate()
    check("190 the worker says so", None if b"purged=9" in line
          else line.decode())
    done = home.run("audit", "--verify", ok=False)
    check("191 what is left holds", None if done.returncode == 0 and
          b"The chain holds" in done.stderr else done.stderr.decode())


def main():
    home = District()
    home.run("generate", "day0", "--students", "1300")
    home.run("import", "day0")
    credentials = home.application("Reader", "--full")
    home.serve()
    what_is_kept(home, credentials)
    who_is_unknown(home)
    killed(home, credentials)
    two_servers(home, credentials)
    postgres_away(home, credentials)
    cut_short(home, credentials)
    home.close()
    no_room(credentials)
    home.serve()
    asking(home)
    tampering(home)
    kept_for(home)
    home.close()
    finish()


main()
