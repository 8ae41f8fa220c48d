#!/usr/bin/python3
"""Clients that prove themselves by their own keys (private_key_jwt), signed by
an independent library: keys from settings, what passes, and all that must not.
"""
import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.parse
import uuid

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# Twenty failures a minute are what an address has for one client: here each
# request comes from another, as its proxy says.
home = d.District(HOMEROOM_PROXIES="127.0.0.1")
addresses = ("198.51.100.%d" % n for n in range(1, 255))


def private_pem(key):
    return key.private_bytes(serialization.Encoding.PEM,
                             serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption()).decode()


def public_pem(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def jwk(key, **more):
    kind = jwt.algorithms.RSAAlgorithm if hasattr(key, "key_size") and \
        isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    if kind is jwt.algorithms.RSAAlgorithm:
        made = json.loads(kind.to_jwk(key.public_key()))
        made.pop("key_ops", None)
    else:
        numbers = key.public_key().public_numbers()
        size = (key.curve.key_size + 7) // 8
        made = {"kty": "EC", "crv": {256: "P-256", 384: "P-384"}[
            key.curve.key_size]}
        for name in "xy":
            made[name] = base64url(getattr(numbers, name).to_bytes(
                size, "big"))
    made.update(more)
    return made


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value):
    return base64url(json.dumps(value).encode())


def claims(client, **change):
    now = int(time.time())
    made = {"iss": client, "sub": client, "aud": home.base + "/oauth/token",
            "iat": now, "exp": now + 240, "jti": str(uuid.uuid4())}
    made.update(change)
    return {k: v for k, v in made.items() if v is not None}


def signed(key, payload, algorithm="RS256", kid=None):
    return jwt.encode(payload, private_pem(key), algorithm=algorithm,
                      headers={"kid": kid} if kid else None)


def ask(assertion, headers=None, **form):
    form = {"grant_type": "client_credentials",
            "client_assertion_type": TYPE, "client_assertion": assertion,
            **form}
    form = {k: v for k, v in form.items() if v is not None}
    headers = {"X-Forwarded-For": next(addresses), **(headers or {})}
    return home.get("/oauth/token", method="POST", headers=headers,
                    body=urllib.parse.urlencode(form).encode())


def expect(name, assertion, error=None, **more):
    """A token that reads, or the error."""
    answer = ask(assertion, **more)
    why = None
    if error is None:
        if answer.status != 200:
            why = "%d %s" % (answer.status, answer.body)
        else:
            token = answer.json()["access_token"]
            page = home.get(d.ROSTER_11 + "/orgs", token)
            if page.status != 200:
                why = "the token: %d" % page.status
    elif answer.json().get("error") != error or \
            answer.status != (401 if error == "invalid_client" else 400):
        why = "%d %s" % (answer.status, answer.body)
    d.check(name, why)
    return answer


def write(name, *documents):
    with open(name, "w", encoding="utf-8") as f:
        for document in documents:
            f.write("---\n" + json.dumps(document) + "\n")
    return name


def keys_of(name, *keys):
    return {"kind": "application", "name": name, "jwks": {"keys": list(keys)}}


def refused(name, why, *keys, **more):
    document = keys_of("Reader", *keys)
    document.update(more)
    done = home.run("apply", write("bad.yaml", document), ok=False)
    told = done.stderr.decode()
    d.check("settings: " + name, done.returncode != 1 and "taken" or
            (why not in told or "bad.yaml:2" not in told) and told)


RSA = rsa.generate_private_key(65537, 2048)
RSA_2 = rsa.generate_private_key(65537, 3072)
RSA_OTHER = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())


def settings(reader):
    refused("a private key", "is private",
            json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA)))
    refused("a secret", "is private", {"kty": "oct", "k": "c2VjcmV0"})
    refused("a short key", "2048 to 4096",
            jwk(rsa.generate_private_key(65537, 1024)))
    refused("another curve", "P-256",
            jwk(ec.generate_private_key(ec.SECP384R1())))
    point = jwk(EC)
    point["y"] = point["x"]
    refused("no point of the curve", "P-256", point)
    refused("another algorithm", "alg", jwk(RSA, alg="PS256"))
    refused("an algorithm of another kind", "alg", jwk(RSA, alg="ES256"))
    refused("for encryption", "use sig", jwk(RSA, use="enc"))
    refused("a kid with spaces", "kid", jwk(RSA, kid="a b"))
    refused("no key", "2048 to 4096", {"kty": "RSA", "n": "AQAB"})
    refused("a private PEM", "BEGIN PUBLIC KEY", pem=[private_pem(RSA)])
    refused("no PEM", "BEGIN PUBLIC KEY", pem=["x"])
    done = home.run("apply", write("bad.yaml", keys_of(
        "Reader", jwk(RSA, kid="a"), jwk(EC, kid="a"))), ok=False)
    d.check("settings: a kid twice", done.returncode != 1 or
            b"two public keys" not in done.stderr and done.stderr)
    expect("nobody has a key yet", signed(RSA, claims(reader)),
           "invalid_client")


def what_passes(reader, writer):
    home.run("apply", write(
        "keys.yaml",
        keys_of("Reader", jwk(RSA, kid="r1"), jwk(EC, kid="e1")),
        {**keys_of("Writer"), "pem": [public_pem(RSA_2)]}))
    got = home.run("get", "application", "Reader")
    with open("got.yaml", "wb") as f:
        f.write(got.stdout)
    again = home.run("apply", "got.yaml")
    d.check("get prints what apply takes",
            b"Reader: unchanged" not in again.stdout and str(again.stdout))
    d.check("with kids and no private part",
            (b"r1" not in got.stdout or b'"d"' in got.stdout) and "no")
    expect("RS256", signed(RSA, claims(reader), kid="r1"))
    expect("ES256", signed(EC, claims(reader), "ES256", kid="e1"))
    expect("without a kid", signed(RSA, claims(reader)))
    expect("for the issuer", signed(RSA, claims(reader, aud=home.base)))
    expect("among other audiences", signed(
        RSA, claims(reader, aud=["https://other.example", home.base])))
    expect("with its client_id beside it", signed(RSA, claims(reader)),
           client_id=reader)
    expect("a registered PEM", signed(RSA_2, claims(writer)))
    thumb = {k: jwk(RSA_2)[k] for k in ("e", "kty", "n")}
    kid = base64url(hashlib.sha256(json.dumps(
        thumb, separators=(",", ":")).encode()).digest())
    expect("whose kid is its thumbprint",
           signed(RSA_2, claims(writer), kid=kid))
    told = home.get("/.well-known/oauth-authorization-server").json()
    d.check("the metadata tells of it",
            ("private_key_jwt" not in told[
                "token_endpoint_auth_methods_supported"] or told[
                "token_endpoint_auth_signing_alg_values_supported"]
             != ["RS256", "ES256"]) and str(told))
    listed = json.loads(home.run("application", "list", "-o", "json").stdout)
    d.check("the list tells of it",
            [a["keys"] for a in listed if a["name"] == "Reader"] !=
            ["r1 e1"] and str(listed))


def forged(reader, writer):
    bad = "invalid_client"
    good = claims(reader)
    header, payload, signature = signed(RSA, good, kid="r1").split(".")
    expect("alg none", part({"alg": "none"}) + "." + payload + ".", bad)
    expect("alg none, with a signature",
           part({"alg": "none", "kid": "r1"}) + "." + payload + "." +
           signature, bad)
    text = part({"alg": "HS256", "kid": "r1"}) + "." + payload
    for secret in public_pem(RSA), public_pem(RSA).strip():
        mac = hmac.new(secret.encode(), text.encode(), "sha256").digest()
        expect("HS256 by the public key", text + "." + base64url(mac), bad)
    expect("ES256 by name, signed by RSA",
           part({"alg": "ES256", "kid": "r1"}) + "." + payload + "." +
           signature, bad)
    expect("RS512", signed(RSA, good, "RS512", kid="r1"), bad)
    expect("PS256", signed(RSA, good, "PS256", kid="r1"), bad)
    expect("its EC key under the RSA key's kid",
           signed(EC, good, "ES256", kid="r1"), bad)
    expect("a key that nobody has", signed(RSA_OTHER, good, kid="r1"), bad)
    expect("another application's key", signed(RSA_2, good), bad)
    expect("an unknown kid", signed(RSA, good, kid="r2"), bad)
    expect("crit", jwt.encode(good, private_pem(RSA), algorithm="RS256",
                              headers={"crit": ["x"], "x": 1}), bad)
    other = signed(RSA, claims(writer)).split(".")[1]
    expect("another payload", header + "." + other + "." + signature, bad)
    expect("an unknown client", signed(RSA, claims("hr-0000000000000000")),
           bad)
    expect("iss is not sub", signed(RSA, claims(reader, iss=writer)), bad)
    expect("no sub", signed(RSA, claims(reader, sub=None)), bad)
    for garbage in ("x", "..", "a.b.c", "a.b.c.d", header + "." + payload,
                    "%s.%s.%s=" % (header, payload, signature),
                    "%s.%s.%s." % (header, payload, signature),
                    "é.é.é", "." * 9000):
        expect("garbage: " + garbage[:12], garbage, bad)


def not_now(reader):
    bad = "invalid_client"
    now = int(time.time())
    for name, change in (
            ("expired", {"exp": now - 60, "iat": now - 120}),
            ("without exp", {"exp": None}),
            ("for an hour", {"exp": now + 3600}),
            ("exp is a text", {"exp": str(now + 60)}),
            ("nbf to come", {"nbf": now + 120}),
            ("nbf is no time", {"nbf": "soon"}),
            ("iat to come", {"iat": now + 120}),
            ("for another", {"aud": "https://other.example/oauth/token"}),
            ("for nobody", {"aud": None}),
            ("for no one of these", {"aud": ["https://other.example"]}),
            ("aud is a number", {"aud": 1}),
            ("without jti", {"jti": None}),
            ("with an endless jti", {"jti": "x" * 300}),
            ("jti is a number", {"jti": 7})):
        payload = {**claims(reader), **change}
        payload = {k: v for k, v in payload.items() if v is not None}
        text = part({"alg": "RS256", "kid": "r1"}) + "." + part(payload)
        mac = RSA.sign(text.encode(), jwt.algorithms.padding.PKCS1v15(),
                       jwt.algorithms.hashes.SHA256())
        expect(name, text + "." + base64url(mac), bad)


def forms(reader):
    good = signed(RSA, claims(reader))
    expect("no type", good, "invalid_request", client_assertion_type=None)
    expect("another type", good, "invalid_request",
           client_assertion_type="urn:ietf:params:oauth:"
           "client-assertion-type:saml2-bearer")
    expect("and a secret", good, "invalid_request", client_secret="x")
    expect("and Basic", good, "invalid_request",
           headers={"Authorization": "Basic eDp4"})
    expect("another client_id", good, "invalid_request", client_id="hr-1")
    expect("it is still good after that", good)


def replays(reader, writer):
    once = signed(RSA, claims(reader, jti="once"))
    expect("shown once", once)
    expect("shown twice", once, "invalid_client")
    expect("the same jti in another", signed(RSA, claims(
        reader, jti="once", exp=int(time.time()) + 100)), "invalid_client")
    expect("another client's jti", signed(RSA_2, claims(writer, jti="once")))
    second = d.District("home", HOMEROOM_PROXIES="127.0.0.1")
    second.serve()
    home_base, home.base = home.base, second.base
    expect("another process", signed(RSA, claims(
        reader, jti="once", aud=second.base)), "invalid_client")
    expect("which takes a new one", signed(RSA, claims(
        reader, aud=second.base)))
    home.base = home_base
    second.close()
    home.close()
    home.serve()
    expect("after a restart", once, "invalid_client")


def endings(reader):
    token = ask(signed(RSA, claims(reader), kid="r1")).json()["access_token"]
    home.run("apply", write("keys.yaml", keys_of(
        "Reader", jwk(RSA, kid="r1"), jwk(EC, kid="e1"),
        jwk(RSA_OTHER, kid="r2"))))
    d.check("a key more: tokens go on",
            home.get(d.ROSTER_11 + "/orgs", token).status != 200 and "no")
    expect("the new key", signed(RSA_OTHER, claims(reader), kid="r2"))
    home.run("apply", write("keys.yaml", keys_of(
        "Reader", jwk(EC, kid="e1"), jwk(RSA_OTHER, kid="r2"))))
    d.check("a key less: tokens end",
            home.get(d.ROSTER_11 + "/orgs", token).status != 401 and "no")
    expect("and the key", signed(RSA, claims(reader), kid="r1"),
           "invalid_client")
    home.run("application", "disable", "Reader")
    expect("disabled", signed(EC, claims(reader), "ES256"), "invalid_client")
    home.run("application", "enable", "Reader")
    expect("enabled", signed(EC, claims(reader), "ES256"))
    home.run("apply", write("keys.yaml", keys_of("Reader")))
    expect("no keys any more", signed(EC, claims(reader), "ES256"),
           "invalid_client")


def throttled(reader):
    answers = [ask(signed(RSA_2, claims(reader)),
                   {"X-Forwarded-For": "203.0.113.9"}) for _ in range(25)]
    d.check("who guesses must wait",
            (answers[-1].status != 429 or
             "Retry-After" not in answers[-1].headers) and
            str(answers[-1].status))


home.run("migrate")
READER, _ = home.application("Reader", "--full")
WRITER, _ = home.application("Writer", "--full")
home.serve()
settings(READER)
what_passes(READER, WRITER)
forged(READER, WRITER)
not_now(READER)
forms(READER)
replays(READER, WRITER)
endings(READER)
throttled(READER)
d.finish()
