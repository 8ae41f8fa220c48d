#!/usr/bin/python3
# timeout: 600
"""What a grant limits: addresses, days, requests a minute and at a time, bytes
a day; by one server and by two over the same database."""
import concurrent.futures
import datetime
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402

R12, R11 = d.ROSTER_12, d.ROSTER_11
ONE = R12 + "/users?limit=1&fields=sourcedId"
FAILS = {"imsx_codeMajor": "failure", "imsx_severity": "error"}


def wrong(name, got, want):
    d.check(name, got != want and "%s instead of %s" % (got, want))


def grant(home, name, **says):
    """A full grant with limits of its own; in force when this returns."""
    lines = ["kind: grant", "name: " + name, "access: full"]
    lines += ["%s: %s" % item for item in says.items()]
    with open("grant.yaml", "w") as f:
        f.write("\n".join(lines) + "\n")
    home.run("apply", "grant.yaml")


def refused(home, application, reason):
    found = re.search(
        r'^homeroom_refused_total\{reason="%s",application="%s"\} (\d+)' % (
            reason, application), home.get("/metrics").body.decode(), re.M)
    return int(found[1]) if found else 0


def number_of(home, name):
    return psql(home, "SELECT id FROM homeroom.application WHERE name = '%s'"
                % name).strip()


def psql(home, sql):
    return subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h",
         home.home + "/postgres", "-U", "homeroom_superuser", "-d", "homeroom",
         "-c", sql], stdout=subprocess.PIPE, check=True).stdout.decode()


def requests_a_minute(home):
    credentials = home.application("minute", "--full")
    token = home.token(credentials)
    answer = home.get(ONE, token)
    wrong("without limits nothing is said", answer.headers["RateLimit"], None)
    grant(home, "minute", limits="{requestsPerMinute: 6}")
    tag = answer.headers["ETag"]
    answers = [home.get(ONE, token) for _ in range(4)]
    answers += [home.get(ONE, token, headers={
        "If-None-Match": answers[0].headers["ETag"]}) for _ in range(2)]
    wrong("six are answered, whatever with", [a.status for a in answers],
          [200] * 4 + [304] * 2)
    wrong("each says what is left",
          [re.match(r'"requests";r=(\d);t=\d+$', a.headers["RateLimit"])[1]
           for a in answers], list("543210"))
    wrong("and of what", answers[0].headers["RateLimit-Policy"],
          '"requests";q=6;w=60')
    late = home.get(ONE, token)
    wrong("the seventh is not", late.status, 429)
    wait = int(late.headers["Retry-After"])
    d.check("it is told when to come", not 1 <= wait <= 10 and str(wait))
    wrong("which is when one more may", late.headers["RateLimit"],
          '"requests";r=0;t=%d' % wait)
    said = late.json()
    wrong("as OneRoster 1.2 says it",
          (said["imsx_CodeMinor"]["imsx_codeMinorField"][0]
           ["imsx_codeMinorFieldValue"], {k: said[k] for k in FAILS}),
          ("server_busy", FAILS))
    old = home.get(R11 + "/users?limit=1", token).json()["statusInfoSet"][0]
    wrong("and 1.1", old["imsx_codeMinor"], "server_busy")
    bundle = home.get("/bundles/v1p2.zip", token)
    wrong("bundles count alike", (bundle.status, bundle.json()["detail"]),
          (429, "This application has asked too often."))
    d.check("with a tag as well", home.get(ONE, token, headers={
        "If-None-Match": tag}).status != 429 and "answered")
    wrong("/metrics tells", refused(home, number_of(home, "minute"),
                                    "requests"), 4)
    end = time.monotonic() + 3 * wait
    while home.get(ONE, token).status == 429 and time.monotonic() < end:
        time.sleep(0.2)
    d.check("in time it may again", time.monotonic() >= end and "it may not")
    grant(home, "minute", limits="{requestsPerMinute: 1000}")
    wrong("a higher limit holds at once",
          [home.get(ONE, token).status for _ in range(20)], [200] * 20)
    grant(home, "minute", limits="{requestsPerMinute: 0}")
    wrong("and so does none at all", home.get(ONE, token).status, 429)


def at_a_time(home):
    token = home.token(home.application("crowd", "--full"))
    grant(home, "crowd", limits="{concurrency: 2}")
    answer = home.get(ONE, token)
    wrong("what is left of the places",
          (answer.status, answer.headers["RateLimit"],
           answer.headers["RateLimit-Policy"]),
          (200, '"concurrency";r=1',
           '"concurrency";q=2;qu="concurrent-requests"'))
    holder = subprocess.Popen(
        ["psql", "-X", "-q", "-h", home.home + "/postgres", "-U",
         "homeroom_superuser", "-d", "homeroom"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE)
    holder.stdin.write(b"BEGIN; LOCK TABLE roster.users; SELECT 1;\n")
    holder.stdin.flush()
    holder.stdout.readline()
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        held = [pool.submit(home.get, ONE, token) for _ in range(3)]
        done, held = concurrent.futures.wait(
            held, 20, concurrent.futures.FIRST_COMPLETED)
        late = [answer.result() for answer in done]
        wrong("while two are under way the third is refused",
              [(a.status, a.headers["Retry-After"]) for a in late],
              [(429, "1")])
        holder.communicate(b"ROLLBACK;\n")
        wrong("these are answered", [h.result().status for h in held],
              [200, 200])
    wrong("and then others", home.get(ONE, token).status, 200)


def addresses(home, behind):
    """`behind` trusts whatever this host forwards."""
    token = home.token(home.application("place", "--full"))
    grant(home, "place", addresses="[10.0.0.0/8, '2001:db8::/32']")
    forwarded = {"X-Forwarded-For": "10.1.2.3"}
    answer = home.get(ONE, token)
    wrong("from elsewhere", (answer.status, answer.headers["WWW-Authenticate"]),
          (403, None))
    wrong("and as OneRoster says it",
          answer.json()["imsx_CodeMinor"]["imsx_codeMinorField"][0]
          ["imsx_codeMinorFieldValue"], "forbidden")
    wrong("who says that he forwards is not believed",
          home.get(ONE, token, headers=forwarded).status, 403)
    for address, status in (("10.1.2.3", 200), ("11.1.2.3", 403),
                            ("2001:db8::7", 200), ("2001:db9::7", 403),
                            ("6.6.6.6, 10.1.2.3", 200),
                            ("10.1.2.3, 6.6.6.6", 403), ("", 403)):
        answer = behind.get(ONE, token, headers={"X-Forwarded-For": address})
        wrong("through a proxy from '%s'" % address, answer.status, status)
    wrong("/metrics tells", refused(home, number_of(home, "place"),
                                    "address"), 2)
    grant(home, "place", addresses="[]")
    wrong("an empty list lets nobody by", home.get(ONE, token).status, 403)
    grant(home, "place", addresses="[127.0.0.1/32]")
    wrong("this host", home.get(ONE, token).status, 200)


def days(home):
    token = home.token(home.application("days", "--full"))
    today = datetime.date.fromisoformat(psql(home, "SELECT current_date")
                                        .strip())
    day = datetime.timedelta(1)
    for begins, ends, status in ((today, today, 200), (today - day, None, 200),
                                 (today + day, None, 403),
                                 (None, today - day, 403),
                                 (None, today + 400 * day, 200)):
        says = {}
        if begins:
            says["from"] = begins
        if ends:
            says["until"] = ends
        grant(home, "days", **says)
        wrong("from %s until %s" % (begins, ends),
              home.get(ONE, token).status, status)
    grant(home, "days", enabled="false")
    wrong("a grant that is off", home.get(ONE, token).status, 403)


def bytes_a_day(home, other):
    credentials = home.application("bytes", "--full")
    token = home.token(credentials)
    size = len(home.get(R12 + "/users?limit=50", token).body)
    limit = 10 * size
    grant(home, "bytes", limits="{bytesPerDay: %d}" % limit)
    sent, answers = 0, 0
    while True:
        answer = home.get(R12 + "/users?limit=50", token)
        if answer.status != 200:
            break
        left = int(re.search(r'"bytes";r=(\d+)', answer.headers["RateLimit"])
                   [1])
        sent += len(answer.body)
        answers += 1
        if answers > 100:
            break
    wrong("then no more is sent", answer.status, 429)
    d.check("up to the limit, and not an answer more",
            not limit - 2 * size < sent < limit + size and
            "%d of %d" % (sent, limit))
    d.check("each tells what is left", not 0 < left < 2 * size and str(left))
    wait = int(answer.headers["Retry-After"])
    now = datetime.datetime.now(datetime.timezone.utc)
    midnight = 86400 - (now.hour * 3600 + now.minute * 60 + now.second)
    d.check("until midnight", abs(wait - midnight) > 60 and
            "%d instead of %d" % (wait, midnight))
    wrong("and of what", answer.headers["RateLimit-Policy"],
          '"bytes";q=%d;qu="content-bytes";w=86400' % limit)
    told_to(other, R12 + "/users?limit=1", token, "another server hears of it")
    home.close()
    home.serve()
    wrong("one that starts knows", home.get(ONE, token).status, 429)
    home.close()
    home.env["HOMEROOM_CLOCK"] = str(int(time.time()) + midnight + 60)
    home.serve()
    wrong("the next day is another",
          home.get(ONE, home.token(credentials)).status, 200)
    home.close()
    del home.env["HOMEROOM_CLOCK"]
    home.serve()


def told_to(other, path, token, name):
    """Refused there too, soon."""
    begin = time.monotonic()
    status = 200
    while status == 200 and time.monotonic() < begin + 20:
        status = other.get(path, token).status
        time.sleep(0.1)
    print("# heard after %.1f s" % (time.monotonic() - begin))
    wrong(name, status, 429)


def two_servers(home, other):
    token = home.token(home.application("two", "--full"))
    grant(home, "two", limits="{requestsPerMinute: 120}")
    ours = [home.get(ONE, token).status for _ in range(120)]
    wrong("one server gives all of a minute's", set(ours), {200})
    begin, theirs = time.monotonic(), 0
    while time.monotonic() < begin + 20:
        if other.get(ONE, token).status != 200:
            break
        theirs += 1
        time.sleep(0.1)
    seconds = time.monotonic() - begin
    d.check("the other what comes back until it hears of it",
            (theirs > 100 or seconds >= 20)
            and "%d in %.1f s" % (theirs, seconds))
    print("# %d requests more in %.1f s" % (theirs, seconds))
    d.check("and then it asks no more than that",
            sum(other.get(ONE, token).status == 200 for _ in range(40)) > 20
            and "many")


def main():
    home = d.District()
    home.run("generate", "day0", "--students", "100")
    home.run("import", "day0")
    home.serve()
    other = d.District(HOMEROOM_PROXIES="127.0.0.1")
    other.serve()
    requests_a_minute(home)
    at_a_time(home)
    addresses(home, other)
    days(home)
    two_servers(home, other)
    bytes_a_day(home, other)
    d.finish()


main()
