#!/usr/bin/python3
# timeout: 900
"""OneRoster over REST as other people's servers have it: what they do
otherwise and may, and what they must not; the last good data stay."""
import json
import os
import ssl
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402
import standin  # noqa: E402
from reader import Reader, always, once, refused, taken  # noqa: E402

PEOPLE = 120


def ref(kind, id):
    return {"href": "https://x.example/%s/%s" % (kind, id), "sourcedId": id,
            "type": kind}


def record(id, **more):
    return {"sourcedId": id, "status": "active",
            "dateLastModified": "2025-09-01T00:00:00.000Z", **more}


def made_up():
    users = [record("u%d" % n, username="user%d" % n, enabledUser="true",
                    givenName="Ann", familyName="Of %d" % n,
                    identifier=str(1000 + n), grades=["0%d" % (n % 9 + 1)],
                    roles=[{"roleType": "primary", "role": "student",
                            "org": ref("org", "s%d" % (n % 2))}])
             for n in range(PEOPLE)]
    return {
        "orgs": [record("d", name="District", type="district")] + [
            record("s%d" % n, name="School", type="school", identifier="X",
                   parent=ref("org", "d")) for n in range(2)],
        "academicSessions": [record(
            "y", title="Year", type="schoolYear", startDate="2025-08-01",
            endDate="2026-07-01", schoolYear="2026")],
        "courses": [record("c", title="Maths", courseCode="M",
                           org=ref("org", "d"))],
        "classes": [record("k%d" % n, title="Maths %d" % n,
                           classType="scheduled", course=ref("course", "c"),
                           school=ref("org", "s%d" % n),
                           terms=[ref("academicSession", "y")])
                    for n in range(2)],
        "users": users,
        "enrollments": [record(
            "e%d" % n, user=ref("user", "u%d" % n), role="student",
            school=ref("org", "s%d" % (n % 2)),
            **{"class": ref("class", "k%d" % (n % 2))})
            for n in range(PEOPLE)]}


def reads(name, server):
    return Reader(
        name, type="oneroster-rest", pageSize="30",
        url=server.base + "/ims/oneroster/rostering/v1p2/",
        tokenUrl=server.base + "/token", clientId=server.id,
        clientSecret=server.secret)


def as_others_do(rows):
    """The same roster, as sloppily as real systems tell it."""
    for n, user in enumerate(rows["users"]):
        user["enabledUser"] = [True, "TRUE", 1, "true"][n % 4]
        user["identifier"] = 1000 + n
        user["grades"] = user["grades"][0]
        user.update(middleName=None, phone="", email=None,
                    demographics={"x": 1}, somethingElse=[1, {"a": None}])
        user["roles"][0]["org"] = user["roles"][0]["org"]["sourcedId"]
    for class_ in rows["classes"]:
        class_.update(terms=ref("academicSession", "y"), periods=None,
                      courseSourcedId="c", course=None)
    for enrollment in rows["enrollments"]:
        enrollment["user"] = {"sourcedId": enrollment["user"]["sourcedId"]}
    rows["academicSessions"][0]["schoolYear"] = 2026
    return rows


def what_is_taken(server, reader):
    taken("as the standard has it", reader)
    server.lists = as_others_do(made_up())
    taken("nulls, numbers, texts for booleans, further members", reader)
    server.lists = made_up()
    server.total = False
    taken("no totals", reader)
    server.most = 17
    taken("no totals, and fewer at a time than were asked for", reader)
    server.total = True
    taken("fewer at a time than were asked for", reader)
    server.most = 1
    taken("one at a time", reader)
    server.most = 30
    for name, wrapper in ("data", lambda n: "data"), \
            ("in capitals", str.upper), ("one of them", lambda n: n[:-1]):
        server.wrapper = wrapper
        taken("a list called otherwise: " + name, reader)
    server.wrapper = lambda name: name
    gone = record("gone", username="gone", status="inactive",
                  enabledUser="true", givenName="A", familyName="B", roles=[])
    server.lists["users"].append(gone)
    server.lists["users"].append({**gone, "sourcedId": "gone2",
                                  "status": "tobedeleted"})
    taken("records that go are not in it", reader)
    server.lists = made_up()
    users = "users?limit=30&offset=29"
    server.fault = once(users, lambda r: r.send(429, "", {"Retry-After": "1"}))
    taken("429 is waited for", reader)
    server.fault = once(users, lambda r: r.hang_up())
    taken("a connection that is cut: asked again", reader)
    server.fault = once(users, lambda r: r.send(200, "{" * 900, cut=300))
    taken("cut in mid-page: asked again", reader)
    server.fault = once(users, lambda r: r.send(500, "<h1>oops</h1>"))
    taken("500 once: asked again", reader)
    server.fault = always(users, page(server.lists["users"][29:50]))
    taken("a short page is not the end", reader)
    before = server.logins
    server.fault = once(users, lambda r: server.tokens.clear() or
                        r.send(401, "{}"))
    taken("a token that expires is renewed", reader)
    d.check("once", server.logins not in (before + 2, before + 3) and
            str(server.logins - before))
    server.fault = None


def page(rows, total=None):
    return lambda r: r.send(200, json.dumps({"users": rows}), {
        "X-Total-Count": str(PEOPLE if total is None else total)})


def what_is_refused(server, reader):
    users = server.lists["users"]
    second = "users?limit=30&offset=29"
    html = {"Content-Type": "text/html; charset=utf-8"}
    for name, where, how, word in (
            ("HTML with status 200", second,
             lambda r: r.send(200, "<html>Sign in</html>", html),
             "no JSON (text/html"),
            ("a failure with status 200", second, lambda r: r.send(
                200, '{"statusInfoSet":[{"imsx_codeMajor":"failure"}]}'),
             "tells of a failure"),
            ("no list", second, lambda r: r.send(200, '{"count":3}'),
             "has no list 'users'"),
            ("a page that skips", second, page(users[35:65]),
             "do not follow each other"),
            ("the first page again", second, page(users[:30]),
             "do not follow each other"),
            ("an `offset` that it ignores", "users?", page(users[:30]),
             "do not follow each other"),
            ("records that come twice", second,
             page(users[29:57] + users[56:57] + users[58:59]), "came twice"),
            ("a total that moves", second, page(users[29:59], PEOPLE + 1),
             "then 121"),
            ("a total that is a page's", "users?", lambda r: r.send(
                200, json.dumps({"users": users[int(r.query["offset"]):][:30]}),
                {"X-Total-Count": "30"}), "should have come"),
            ("no right to it", "users?", lambda r: r.send(403, "{}"),
             "status 403"),
            ("nothing there", "courses", lambda r: r.send(404, "{}"),
             "status 404"),
            ("a question that it does not take", "users?",
             lambda r: r.send(400, "{}"), "status 400"),
            ("busy for an hour", "users?",
             lambda r: r.send(503, "", {"Retry-After": "3600"}),
             "left alone for 3600 s")):
        server.fault = always(where, how)
        refused(name, reader, word)
    elsewhere = standin.OneRoster({})
    server.fault = always("users?", lambda r: r.send(
        302, "", {"Location": elsewhere.base + "/users"}))
    refused("sent elsewhere", reader, "sends us elsewhere")
    d.check("where nobody hears of us",
            elsewhere.asked and str(elsewhere.asked))
    elsewhere.stop()
    reader.apply(timeout="1")
    server.fault = always(second, lambda r: r.drip('{"users":[]}' * 9))
    refused("a byte at a time", reader, "it took too long")
    reader.apply(timeout=None)
    server.fault = None
    server.secret = "another"
    refused("a secret that changed", reader, "gives us no token (status 401)")
    server.secret = reader.settings["clientSecret"]
    taken("and the next run works", reader)


def broken_off(server, reader):
    """What was whole when a reading broke off is not read again, if it is
    still so."""
    def refuse_orgs(request):
        return "/orgs" in request.path and request.send(403, "{}")

    def asked():
        return [p for p in server.asked if "/users?" in p and
                "limit=30" in p]

    server.fault = refuse_orgs
    refused("it breaks off at the last list", reader, "status 403")
    server.fault, server.asked = None, []
    taken("and goes on from there", reader)
    d.check("users were not read again", asked() and str(asked()))
    server.fault = refuse_orgs
    refused("again", reader, "status 403")
    server.lists["users"][0]["dateLastModified"] = "2099-01-01T00:00:00.000Z"
    server.fault, server.asked = None, []
    taken("one of them changed", reader)
    d.check("users were read again", not asked() and "they were not")
    server.fault = refuse_orgs
    refused("once more", reader, "status 403")
    server.lists = made_up()
    server.lists["users"].append(record(
        "new", username="new", enabledUser="true", givenName="N",
        familyName="N", roles=[]))
    server.fault = None
    taken("one of them is new", reader, 2)
    server.lists = made_up()
    taken("and gone again", reader, 3)


def broken_records(server, reader):
    users = server.lists["users"]
    users[3] = {k: v for k, v in users[3].items() if k != "sourcedId"}
    del users[7:10]
    taken("a record without its id: nobody is taken to be gone", reader, 3,
          "sourcedId")
    server.lists = made_up()
    for user in server.lists["users"][5:15]:
        user["familyName"] = None
    taken("records that lack something stay as they were", reader, 3,
          "missing_value")
    server.lists = made_up()
    server.lists["users"][2]["givenName"] = "Bea"
    taken("and a change is a version", reader, 4)


def wrong_certificate():
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem", "-out",
         "cert.pem", "-days", "2", "-subj", "/CN=elsewhere.example"],
        check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("cert.pem", "key.pem")
    server = standin.OneRoster(made_up(), context=context)
    reader = reads("tls", server)
    refused("a certificate that nobody vouches for", reader,
            "not who it should be", 0)
    reader.apply(authorities=os.path.abspath("cert.pem"))
    refused("a certificate of another name", reader, "not who it should be",
            0)
    d.check("and it was told nothing", server.asked and str(server.asked))
    server.stop()
    refused("nobody there", reader, "nobody answers", 0)


def main():
    server = standin.OneRoster(made_up())
    reader = reads("home", server)
    what_is_taken(server, reader)
    what_is_refused(server, reader)
    broken_off(server, reader)
    broken_records(server, reader)
    wrong_certificate()


main()
d.finish()
