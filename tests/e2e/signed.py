#!/usr/bin/python3
"""OneRoster 1.1 by OAuth 1.0a, as a consumer that signs with a library of its
own: what passes, what must not, and how it ends."""
import json
import os
import sys
import threading
import time
import urllib.parse

from oauthlib import oauth1
from oauthlib.oauth1.rfc5849 import signature as s

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402

PROXY = {"HOMEROOM_PROXIES": "127.0.0.1"}
home = d.District(**PROXY)
# Twenty failures a minute are what an address has for one client: here each
# request comes from another, as its proxy says.
addresses = ("198.51.%d.%d" % (n // 250, n % 250) for n in range(1, 60000))
SHA1, SHA256 = oauth1.SIGNATURE_HMAC_SHA1, oauth1.SIGNATURE_HMAC_SHA256


class Consumer:
    def __init__(self, key, secret):
        self.key, self.secret = key, secret

    def sign(self, url, method="GET", algorithm=SHA256, headers=None, body=None,
             **more):
        client = oauth1.Client(self.key, client_secret=self.secret,
                               signature_method=algorithm, **more)
        _, signed, _ = client.sign(url, http_method=method, body=body,
                                   headers=dict(headers or {}))
        return signed

    def get(self, path, base=None, server=None, **more):
        url = (base or (server or home).base) + path
        return send(path, self.sign(url, **more), server,
                    more.get("method", "GET"))


def send(path, headers, server=None, method="GET"):
    headers = {"X-Forwarded-For": next(addresses), **headers}
    return (server or home).get(path, headers=headers, method=method)


def enable(name):
    made = json.loads(home.run("application", "oauth1", name, "--enable",
                               "-o", "json").stdout)[0]
    return Consumer(made["clientId"], made["clientSecret"])


def expect(name, answer, status, word=None, text=""):
    why = None
    if answer.status != status:
        why = "%d %s" % (answer.status, answer.body[:300])
    elif status >= 400:
        told = answer.json()["statusInfoSet"][0]
        if told["imsx_codeMinor"] != word or \
                text not in told["imsx_description"]:
            why = str(told)
        elif status == 401 and not answer.headers.get(
                "WWW-Authenticate", "").startswith("OAuth realm="):
            why = "challenged by " + str(answer.headers["WWW-Authenticate"])
    d.check(name, why)
    return answer


UNAUTHORISED, INVALID = "unauthorized", "invalid data"
ORGS = d.ROSTER_11 + "/orgs"


def what_passes(reader, narrow):
    for name, algorithm in ("SHA1", SHA1), ("SHA256", SHA256):
        expect("HMAC-" + name, reader.get(ORGS, algorithm=algorithm), 200)
    for query in ("?limit=5&offset=1", "?filter=name%3D%27O%27%27Brien%27",
                  "?filter=status%3D'active'", "?fields=sourcedId,name",
                  "?filter=name~%27a%2Bb%20c%27", "?limit=5&limit=7",
                  "?filter=name%3D%27%C3%A9%E2%98%83%27", "?x&limit=3&y=",
                  "?filter=dateLastModified%3E%272024-01-01T00%3A00%3A00.000Z"
                  "%27&sort=name&orderBy=desc", "?z=1&a=2&Z=3&a=1&z="):
        expect("query " + query[:24], reader.get(ORGS + query), 200)
    # oauthlib refuses to sign what a form would escape; others do not.
    raw = ORGS + "?filter=name='O'&x=!*()"
    url = home.base + raw
    plain = [("filter", "name='O'"), ("x", "!*()")]
    expect("query, left raw", send(raw, by_hand(reader, url, plain)), 200)
    plus = ORGS + "?filter=name%3D'a+b'"
    expect("query, a plus", send(plus, by_hand(
        reader, home.base + plus, [("filter", "name='a b'")])), 200)
    expect("with a realm", reader.get(ORGS, realm="OneRoster"), 200)
    answer = reader.get(ORGS + "?limit=1", method="HEAD")
    d.check("HEAD", (answer.status != 200 or answer.body) and str(answer.body))
    answer = reader.get("/bundles/v1p1.zip")
    d.check("the bundle", (answer.status != 200 or
                           answer.body[:2] != b"PK") and str(answer.status))
    expect("one record that is not there",
           reader.get(d.ROSTER_11 + "/users/nobody"), 404, "unknown object")
    expect("within its scopes", narrow.get(ORGS), 200)
    expect("beyond its scopes", narrow.get(d.ROSTER_11 + "/demographics"),
           403, "forbidden")


def by_hand(consumer, url, params, **change):
    """The header, for parameters as they are meant; `change` says otherwise,
    None leaves out."""
    said = {"oauth_consumer_key": consumer.key,
            "oauth_nonce": os.urandom(8).hex(),
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(int(time.time())),
            "oauth_version": "1.0"}
    said.update(change.pop("before", {}))
    said = {k: v for k, v in said.items() if v is not None}
    base = s.signature_base_string(
        "GET", url.split("?")[0],
        s.normalize_parameters(params + list(said.items())))
    said["oauth_signature"] = s.sign_hmac_sha1(base, consumer.secret, "")
    said.update(change.pop("after", {}))
    said = {k: v for k, v in said.items() if v is not None}
    return {"Authorization": "OAuth " + ", ".join(
        '%s="%s"' % (k, urllib.parse.quote(v, safe="~"))
        for k, v in said.items())}


def what_must_not(reader, narrow):
    now = int(time.time())
    url = home.base + ORGS

    def hand(name, status, word, text="", query="", **change):
        expect(name, send(ORGS + query, by_hand(reader, url, [], **change)),
               status, word, text)

    hand("by hand", 200, None)
    for name in ("consumer_key", "nonce", "signature_method", "timestamp"):
        hand("without oauth_" + name, 400, INVALID, "oauth_" + name,
             before={"oauth_" + name: None})
    hand("without oauth_signature", 400, INVALID, "oauth_signature",
         after={"oauth_signature": None})
    hand("PLAINTEXT", 400, INVALID, "oauth_signature_method",
         before={"oauth_signature_method": "PLAINTEXT"})
    hand("RSA-SHA1", 400, INVALID, "oauth_signature_method",
         before={"oauth_signature_method": "RSA-SHA1"})
    hand("version 2", 400, INVALID, "oauth_version",
         before={"oauth_version": "2.0"})
    hand("a token", 400, INVALID, "oauth_token", before={"oauth_token": "t"})
    hand("an empty token", 200, None, before={"oauth_token": ""})
    hand("no version", 200, None, before={"oauth_version": None})
    hand("something twice", 400, INVALID, "Authorization",
         query="?oauth_nonce=x")
    for name, seconds, status in (
            ("nine minutes ago", -540, 200), ("11 minutes ago", -660, 401),
            ("in four minutes", 240, 200), ("in six minutes", 360, 401),
            ("in 1970", -now + 1, 401)):
        hand(name, status, UNAUTHORISED if status == 401 else None,
             "oauth_timestamp" if status == 401 else "",
             before={"oauth_timestamp": str(now + seconds)})
    for name, after in (
            ("another nonce", {"oauth_nonce": "other"}),
            ("another time", {"oauth_timestamp": str(now - 5)}),
            ("another key", {"oauth_consumer_key": narrow.key}),
            ("nobody's key", {"oauth_consumer_key": "hr-0000000000000000"}),
            ("another method", {"oauth_signature_method": "HMAC-SHA256"}),
            ("no base64", {"oauth_signature": "!"}),
            ("SQL", {"oauth_consumer_key": "' or true --"})):
        hand("not signed: " + name, 401, UNAUTHORISED, "signature",
             after=after)
    hand("not signed: the query", 401, UNAUTHORISED, "signature",
         query="?limit=1")
    forged = Consumer(reader.key, narrow.secret)
    expect("another application's secret", forged.get(ORGS), 401,
           UNAUTHORISED)
    expect("another path", send(d.ROSTER_11 + "/users", reader.sign(url)), 401,
           UNAUTHORISED)
    expect("another verb", send(ORGS, reader.sign(url, method="HEAD")), 401,
           UNAUTHORISED)
    expect("another host", reader.get(ORGS, base="http://other.example"), 401,
           UNAUTHORISED)
    for garbage in ("x", "oauth_nonce", 'a="', "," * 3000, 'a="%zz"'):
        expect("garbage: " + garbage[:12],
               send(ORGS, {"Authorization": "OAuth " + garbage}), 400, INVALID)
    answer = send(d.ROSTER_12 + "/orgs",
                  reader.sign(home.base + d.ROSTER_12 + "/orgs"))
    d.check("1.2 takes tokens only",
            (answer.status != 401 or "bearer" not in answer.json()[
                "imsx_description"]) and str(answer.body))
    path = "/bundles/v1p2.zip"
    answer = send(path, reader.sign(home.base + path))
    d.check("as does its bundle", answer.status != 401 and str(answer.status))


def nothing_from_memory(reader):
    """What a loop would answer to a token, it does not to a mere claim."""
    page = reader.get(ORGS)
    tag = page.headers["ETag"]
    fits = {"If-None-Match": tag}
    answer = send(ORGS, {**reader.sign(home.base + ORGS), **fits})
    d.check("304, signed", answer.status != 304 and str(answer.status))
    forged = Consumer(reader.key, "x").sign(home.base + ORGS)
    expect("304, not signed", send(ORGS, {**forged, **fits}), 401,
           UNAUTHORISED, "signature")


def behind_a_proxy(reader):
    public = "https://roster.example"
    path = ORGS + "?limit=2"
    forwarded = {"X-Forwarded-Proto": "https",
                 "X-Forwarded-Host": "Roster.Example:443"}
    expect("as the proxy was asked",
           send(path, {**reader.sign(public + path), **forwarded}), 200)
    expect("and no other", send(path, {**reader.sign(home.base + path),
                                       **forwarded}), 401, UNAUTHORISED)
    told = d.District("home", HOMEROOM_PUBLIC_URL=public + ":8443", **PROXY)
    told.serve()
    expect("by the public URL", reader.get(path, base=public + ":8443",
                                           server=told), 200)
    told.close()


def replays(reader):
    second = d.District("home", **PROXY)
    second.serve()
    # Both are asked under one name.
    name = {"X-Forwarded-Host": "roster.example"}
    signed = {**reader.sign("http://roster.example" + ORGS), **name}
    expect("sent once", send(ORGS, signed), 200)
    expect("sent twice", send(ORGS, signed), 401, UNAUTHORISED, "before")
    expect("to another process", send(ORGS, signed, second), 401,
           UNAUTHORISED, "before")
    signed = {**reader.sign("http://roster.example" + ORGS), **name}
    answers = []

    def often(server):
        for _ in range(10):
            answers.append(send(ORGS, signed, server).status)

    threads = [threading.Thread(target=often, args=(server,))
               for server in (home, second) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    d.check("sixty at once: one is taken",
            (answers.count(200) != 1 or answers.count(401) != 59) and
            str(answers))
    second.close()
    again = {**reader.sign("http://roster.example" + ORGS), **name}
    expect("before a restart", send(ORGS, again), 200)
    home.close()
    home.serve()
    expect("and after it", send(ORGS, again), 401, UNAUTHORISED, "before")


def many_at_once(reader, credentials):
    """Signed requests and tokens of one application share batches."""
    token = home.token(credentials)
    wrong = Consumer(reader.key, "x")
    failures = []

    def often(number):
        for i in range(30):
            path = d.ROSTER_11 + "/users?limit=3&offset=%d" % (i + number)
            if number % 3 == 0:
                status, want = home.get(path, token).status, 200
            elif number % 3 == 1:
                status, want = reader.get(path).status, 200
            else:
                status, want = wrong.get(path).status, 401
            if status != want:
                failures.append((number % 3, status))

    threads = [threading.Thread(target=often, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    d.check("many at once", failures and str(failures[:5]))


def endings(reader):
    home.run("application", "disable", "Reader")
    expect("disabled", reader.get(ORGS), 401, UNAUTHORISED)
    home.run("application", "enable", "Reader")
    soon("enabled", reader, 200)
    home.run("application", "rotate", "Reader")
    soon("another OAuth 2 secret", reader, 200)
    fresh = enable("Reader")
    expect("another secret to sign with: the old one", reader.get(ORGS), 401,
           UNAUTHORISED)
    soon("and the new one", fresh, 200)
    home.run("application", "oauth1", "Reader", "--disable")
    expect("none any more", fresh.get(ORGS), 401, UNAUTHORISED)
    log = open("serve.log", encoding="utf-8").read()
    d.check("no secret is in the log",
            any(c.secret in log for c in (reader, fresh)) and "one is")


def strangers(narrow):
    """Who knows a consumer key, which is no secret, uses up nothing of it."""
    with open("grant.yaml", "w", encoding="utf-8") as file:
        file.write("kind: grant\nname: Narrow\naccess: full\n"
                   "scopes: [roster-core.readonly]\n"
                   "limits: {requestsPerMinute: 5}\n")
    home.run("apply", "grant.yaml")
    wrong = Consumer(narrow.key, "x")
    got = [wrong.get(ORGS).status for _ in range(12)]
    d.check("what is not signed is refused as that",
            set(got) != {401} and str(got))
    got = [narrow.get(ORGS).status for _ in range(7)]
    d.check("and takes nothing from whom it names",
            got[:5] != [200] * 5 and str(got))
    d.check("who has a limit of its own", 429 not in got and str(got))


def soon(name, consumer, status):
    """What is given, unlike what is taken away, may take a moment."""
    for _ in range(50):
        answer = consumer.get(ORGS)
        if answer.status == status:
            break
        time.sleep(0.1)
    expect(name, answer, status)


home.run("generate", "data", "--students", "200", "--seed", "1")
home.run("import", "data")
READER = home.application("Reader", "--full")
home.application("Narrow", "--full", "--scope", "roster-core.readonly")
off = Consumer(*READER)
sys.stderr.flush()
os.dup2(os.open("serve.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
home.serve()
expect("off by default", off.get(ORGS), 401, UNAUTHORISED)
first, second_ = enable("Reader"), enable("Narrow")
soon("on", first, 200)
soon("for another", second_, 200)
expect("the secret of OAuth 2 signs nothing", off.get(ORGS), 401, UNAUTHORISED)
what_passes(first, second_)
what_must_not(first, second_)
nothing_from_memory(first)
behind_a_proxy(first)
replays(first)
many_at_once(first, READER)
strangers(second_)
endings(first)
d.finish()
