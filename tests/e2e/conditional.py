#!/usr/bin/python3
# timeout: 600
"""Entity tags: a client that has the answer is told so by the loop alone, and
never once it may not have it any more."""
import http.client
import os
import re
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402

R12, R11 = d.ROSTER_12, d.ROSTER_11
PAGE = R12 + "/users?limit=100"
STATUS = re.compile(rb"HTTP/1.1 (\d+)")


def known(home):
    """How many requests a loop answered from memory so far."""
    found = re.search(r"^homeroom_http_not_modified_total (\d+)",
                      home.get("/metrics").body.decode(), re.M)
    return int(found[1])


def again(home, token, path, tag, method="GET", **headers):
    headers["If-None-Match"] = tag
    return home.get(path, token, method=method, headers=headers)


def same(name, answer, tag):
    why = None
    if answer.status != 304:
        why = "%d %s" % (answer.status, answer.body[:100])
    elif answer.body:
        why = "a body"
    elif answer.headers["ETag"] != tag:
        why = "ETag %s" % answer.headers["ETag"]
    elif answer.headers["Cache-Control"] != "private, no-cache":
        why = "Cache-Control %s" % answer.headers["Cache-Control"]
    d.check(name, why)


def other(name, answer, *tags):
    d.check(name, (answer.status != 200 or answer.headers["ETag"] in tags)
            and "%d %s" % (answer.status, answer.headers["ETag"]))
    return answer.headers["ETag"]


def the_same_question(home, token):
    first = home.get(PAGE, token)
    tag = first.headers["ETag"]
    d.check("a page has a strong tag",
            not re.fullmatch(r'"[\w-]+"', tag or "") and str(tag))
    before = known(home)
    same("whoever has it is told so", again(home, token, PAGE, tag), tag)
    same("also by HEAD", again(home, token, PAGE, tag, "HEAD"), tag)
    same("of several tags", again(home, token, PAGE, '"x", W/%s' % tag), tag)
    same("however the query is spelt",
         again(home, token, R12 + "/users?limit=%31%30%30", tag), tag)
    d.check("by the loop alone", known(home) != before + 4
            and "%d of 4" % (known(home) - before))
    same("anything at all", again(home, token, PAGE, "*"), tag)
    d.check("which only the database knows", known(home) != before + 4
            and str(known(home) - before))
    head = home.get(PAGE, token, method="HEAD")
    d.check("HEAD tells the tag", head.headers["ETag"] != tag
            and str(head.headers["ETag"]))
    version = again(home, token, PAGE, tag).headers["Homeroom-Version"]
    d.check("and the version", version != "1" and str(version))
    return tag


def other_questions(home, token, tag):
    paths = (R12 + "/users?limit=99", R12 + "/users?limit=100&offset=1",
             R12 + "/users?fields=sourcedId&limit=100", R11 + "/users?limit=100",
             R12 + "/students?limit=100", R12 + "/users")
    for path in paths:
        other("another tag: " + path, again(home, token, path, tag), tag)
    other("another host", again(home, token, PAGE, tag, Host="x.example"), tag)
    one = R12 + "/users/" + home.get(PAGE, token).json()["users"][0]["sourcedId"]
    mark = other("one record", home.get(one, token), tag)
    same("one record again", again(home, token, one, mark), mark)
    missing = again(home, token, R12 + "/users/nobody", '"x"')
    d.check("no tag for what is not there",
            (missing.status != 404 or missing.headers["ETag"])
            and str(missing.status))


def codings(home, token):
    gzip = {"Accept-Encoding": "gzip"}
    plain = home.get(PAGE, token).headers["ETag"]
    packed = home.get(PAGE, token, headers=gzip)
    tag = packed.headers["ETag"]
    d.check("compressed it has another tag", plain == tag and tag)
    d.check("and says what it depends on",
            packed.headers["Vary"] != "Accept-Encoding"
            and str(packed.headers["Vary"]))
    answer = again(home, token, PAGE, tag, **gzip)
    same("who takes gzip has it", answer, tag)
    d.check("and is told what it depends on",
            answer.headers["Vary"] != "Accept-Encoding"
            and str(answer.headers["Vary"]))
    other("who takes no gzip has not", again(home, token, PAGE, tag), tag)
    other("nor who takes gzip and has it plain",
          again(home, token, PAGE, plain, **gzip), plain)
    small = R12 + "/users?limit=1&fields=sourcedId"
    mark = home.get(small, token).headers["ETag"]
    same("what is never compressed has one tag",
         again(home, token, small, mark, **gzip), mark)


def other_readers(home, token, tag):
    stranger = home.token(home.application("stranger", "--full"))
    other("another application's is another",
          again(home, stranger, PAGE, tag), tag)
    refused = again(home, None, PAGE, tag)
    d.check("nobody is told anything", refused.status != 401
            and str(refused.status))


def versions(home, token, tag):
    first = home.get(R12 + "/users?limit=50", token)
    url = d.next_link(first.headers["Link"])
    page = home.get(url, token)
    pinned = page.headers["ETag"]
    same("a page of a pull", again(home, token, url, pinned), pinned)
    home.run("import", "day1", "--accept")
    end = time.monotonic() + 1
    while (again(home, token, PAGE, tag).status == 304
           and time.monotonic() < end):
        pass
    new = other("another version is another answer",
                again(home, token, PAGE, tag), tag)
    same("and known when the import has ended",
         again(home, token, PAGE, new), new)
    before = known(home)
    same("a page of the pull that goes on", again(home, token, url, pinned),
         pinned)
    d.check("is known too", known(home) != before + 1 and "asked")
    late = home.get(url, token)
    d.check("and has the same bytes",
            (late.body != page.body or late.headers["ETag"] != pinned)
            and "%d and %d bytes" % (len(page.body), len(late.body)))
    return new


def grants(home, credentials, token, tag):
    with open("grant.yaml", "w") as f:
        f.write("kind: grant\nname: reader\naccess: restricted\n"
                "scopes: [roster.readonly]\nshare: {roles: [student]}\n"
                "fields: {users: {email: omit}}\n")
    home.run("apply", "grant.yaml")
    answer = home.get(PAGE, token)
    d.check("a token of scopes that were taken away ends with them",
            answer.status != 401 and str(answer.status))
    token = home.token(credentials)
    new = other("another grant is another answer",
                again(home, token, PAGE, tag), tag)
    same("and known", again(home, token, PAGE, new), new)
    with open("grant.yaml", "a") as f:
        f.write("enabled: false\n")
    home.run("apply", "grant.yaml")
    answer = again(home, token, PAGE, new)
    d.check("a grant that is off shares nothing", answer.status != 403
            and str(answer.status))
    home.run("delete", "grant", "reader")


def bundles(home, token):
    path = "/bundles/v1p2.zip"
    tag = home.get(path, token).headers["ETag"]
    again(home, token, path, '"x"')
    before = known(home)
    same("a bundle", again(home, token, path, tag), tag)
    same("a bundle, by HEAD", again(home, token, path, tag, "HEAD"), tag)
    d.check("by the loop alone", known(home) != before + 2 and "asked")
    answer = again(home, token, path + "?since=1", tag)
    d.check("a delta is another", answer.status != 200 and str(answer.status))
    part = home.get(path, token, headers={"Range": "bytes=0-9"})
    d.check("a part of it", part.status != 206 and str(part.status))
    return path, tag


def ask_and_ask(home, path, token, tag, times, stop):
    """Conditional requests, one after the other, as fast as they go: when each
    was sent, and what came."""
    link = http.client.HTTPConnection("127.0.0.1", home.port)
    headers = {"Authorization": "Bearer " + token, "If-None-Match": tag}
    while not stop.is_set():
        sent = time.monotonic()
        link.request("GET", path, headers=headers)
        answer = link.getresponse()
        answer.read()
        times.append((sent, answer.status))
    link.close()


def at_once(home, name, credentials, path, what):
    """After the command has ended nobody is told that what he has is good."""
    token = home.token(credentials)
    tag = home.get(path, token).headers["ETag"]
    again(home, token, path, tag)
    times, stop = [], threading.Event()
    askers = [threading.Thread(target=ask_and_ask, args=(
        home, path, token, tag, times, stop)) for _ in range(4)]
    for asker in askers:
        asker.start()
    time.sleep(0.2)
    begin = time.monotonic()
    home.run("application", what, name)
    end = time.monotonic()
    time.sleep(0.3)
    stop.set()
    for asker in askers:
        asker.join()
    late = [s for s, status in times if s > end and status != 401]
    had = [s for s, status in times if status == 304]
    d.check("%s: told until then" % what, not had and "never")
    d.check("%s: nobody is told afterwards" % what,
            late and "%d, until %.1f ms after" % (
                len(late), (max(late) - end) * 1000))
    print("# %s: last 304 %.1f ms before the end of a command of %.1f ms; %d "
          "requests" % (what, (end - max(had)) * 1000, (end - begin) * 1000,
                        len(times)))


def asked_for_news(home):
    """The backend that is asked for news many times a second."""
    sql = ("SELECT pid FROM pg_stat_activity WHERE usename = 'homeroom_serve' "
           "AND query LIKE '-- ping%' AND query_start > "
           "clock_timestamp() - interval '300 ms'")
    found = {}
    for _ in range(12):
        for pid in psql(home, sql).split():
            found[pid] = found.get(pid, 0) + 1
        time.sleep(0.2)
    if not found or max(found.values()) < 4:
        raise SystemExit("not ok nobody asks for news: %s" % found)
    return int(max(found, key=found.get))


def psql(home, sql):
    return subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h",
         home.home + "/postgres", "-U", "homeroom_superuser", "-d", "homeroom",
         "-c", sql], stdout=subprocess.PIPE, check=True).stdout.decode()


def without_news(home, name, credentials):
    """Whoever hears nothing must not think that there is nothing."""
    token = home.token(credentials)
    tag = home.get(PAGE, token).headers["ETag"]
    backend = asked_for_news(home)
    same("with news", again(home, token, PAGE, tag), tag)
    os.kill(backend, 19)  # SIGSTOP
    try:
        time.sleep(0.5)
        before = known(home)
        same("without news the database is asked",
             again(home, token, PAGE, tag), tag)
        d.check("and not the memory", known(home) != before and "memory")
        home.run("application", "disable", name)
        answer = again(home, token, PAGE, tag)
        d.check("which refuses", answer.status != 401 and str(answer.status))
    finally:
        os.kill(backend, 18)  # SIGCONT
    home.run("application", "enable", name)
    psql(home, "SELECT pg_terminate_backend(%d)" % backend)
    token = home.token(credentials)
    tag = home.get(PAGE, token).headers["ETag"]
    end = time.monotonic() + 20
    before = known(home)
    while known(home) == before and time.monotonic() < end:
        answer = again(home, token, PAGE, tag)
        time.sleep(0.1)
    d.check("with news again it is known again", known(home) == before
            and str(answer.status))


def main():
    home = d.District()
    home.run("generate", "day0", "--students", "300")
    home.run("generate", "day1", "--from", "day0", "--churn", "5")
    home.run("import", "day0")
    credentials = home.application("reader", "--full")
    second = home.application("second", "--full")
    home.serve()
    token = home.token(credentials)
    tag = the_same_question(home, token)
    other_questions(home, token, tag)
    codings(home, token)
    other_readers(home, token, tag)
    tag = versions(home, token, tag)
    path, _ = bundles(home, token)
    for what in ("disable", "rotate"):
        at_once(home, "second", second, PAGE, what)
        if what == "disable":
            home.run("application", "enable", "second")
    third = home.application("third", "--full")
    at_once(home, "third", third, path, "disable")
    tag = home.get(PAGE, token).headers["ETag"]
    psql(home, "UPDATE homeroom.version SET purged = true WHERE version = 1")
    time.sleep(0.3)  # a lease
    tag = other("what is not kept any more makes another answer",
                again(home, token, PAGE, tag), tag)
    same("which is known", again(home, token, PAGE, tag), tag)
    fourth = home.application("fourth", "--full")
    without_news(home, "fourth", fourth)
    grants(home, credentials, token, tag)
    d.finish()


main()
