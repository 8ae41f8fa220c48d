#!/usr/bin/python3
# timeout: 900
"""Random districts, grants and changes, one history after another, all through
the program and over HTTP: whatever happened since a version, what a publisher
kept of it and the delta since give what a full pull gives, byte for byte; and
nobody ever sees what its grant does not show.

HOMEROOM_TEST_SEED repeats a history, HOMEROOM_TEST_COUNT runs so many: usually
a few of some 3,000 deltas each, under the sanitizers one."""
import csv
import datetime
import io
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import zipfile

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402
import oracle  # noqa: E402
import worlds  # noqa: E402

GRANTS, STEPS, KEEP_DAYS = 16, 9, 3
COLLECTIONS = {
    "1.2": [(d.ROSTER_12, e) for e in (
        "orgs", "academicSessions", "courses", "classes", "users",
        "enrollments", "demographics")] +
           [(d.GRADEBOOK_12, e) for e in (
               "categories", "scoreScales", "lineItems", "results",
               "assessmentLineItems", "assessmentResults")] +
           [(d.RESOURCES_12, "resources")],
    "1.1": [(d.ROSTER_11, e) for e in (
        "orgs", "academicSessions", "courses", "classes", "users",
        "enrollments", "demographics", "categories", "lineItems", "results",
        "resources")],
}
# Fields that a grant may omit: JSON's name and the CSV column.
OMITTED = {"users": {"email": "email", "middleName": "middleName",
                     "agents": "agentSourcedIds", "grades": "grades"},
           "demographics": {"birthDate": "birthDate"},
           "classes": {"location": "location"},
           "enrollments": {"beginDate": "beginDate"},
           "orgs": {"identifier": "identifier"}}
# Entities whose records may have other names, and fields that may have other
# values: such ones as tell nothing of what they stand for.
NAMED = ("users", "orgs", "classes", "enrollments", "lineItems", "results",
         "userProfiles", "roles", "assessmentResults")
DISGUISED = {"email": "email", "identifier": "identifier",
             "username": "username"}
PLURAL = {"academicSession": "academicSessions", "category": "categories",
          "class": "classes"}
# Filters that let everything by, and such as would get out of a statement; {k}
# is the id of a record that the grant does not show, or of none.
WIDE = ("status='active' OR status!='active'",
        "sourcedId!='{k}' OR sourcedId='{k}'",
        "dateLastModified>='1970-01-01' OR status='active'",
        "metadata.note='n1' OR metadata.note!='n1'")
NASTY = ("sourcedId='{k}' OR sourcedId='nobody'",
         "sourcedId='{k}' OR status='active'",
         "status='active' AND sourcedId='{k}' OR status!='x'",
         "status='active') OR (sourcedId='{k}'", "(status='active')",
         "status='x' OR 1=1", "status='x' OR 'a'='a'", "status='x' OR TRUE",
         "status='it''s' OR sourcedId='{k}'", "status='\\' OR sourcedId='{k}",
         "status='x'; select 1 --' OR sourcedId='{k}'",
         "status='x' or sourcedId='{k}'", "status=\"x\" OR sourcedId=\"{k}\"",
         "metadata.note' OR 'a'='a", "metadata.n' OR 1=1 --='x'",
         "sourcedId~'{k}' OR sourcedId~'-'", "status=$1 OR status='$2'",
         "sourcedId='%' OR sourcedId~'%'", "sourcedId>'' OR sourcedId<='~'",
         "status='active'/**/OR/**/sourcedId='{k}'", " OR status='active'")
# What a record that is not shown could be sought by: ENTITY FIELD OF.
SOUGHT = {"1.2": ("users agents users", "users roles.org.sourcedId orgs",
                  "users primaryOrg orgs", "users resources resources",
                  "orgs parent orgs", "orgs children orgs",
                  "academicSessions children academicSessions",
                  "courses schoolYear academicSessions",
                  "courses resources resources", "classes resources resources",
                  "classes terms academicSessions", "enrollments user users",
                  "enrollments class classes", "lineItems class classes",
                  "results student users", "results lineItem lineItems",
                  "assessmentLineItems parentAssessmentLineItem "
                  "assessmentLineItems"),
          "1.1": ("users agents users", "users orgs orgs",
                  "orgs children orgs", "classes terms academicSessions",
                  "courses resources resources", "enrollments user users",
                  "results student users")}
LINKS = {"1.2": (("schools/%s/students", "orgs"),
                 ("schools/%s/enrollments", "orgs"),
                 ("classes/%s/students", "classes"),
                 ("users/%s/classes", "users")),
         "1.1": (("schools/%s/teachers", "orgs"),
                 ("classes/%s/students", "classes"),
                 ("terms/%s/classes", "academicSessions"))}
# In the order of their numbers.
ENTITIES = ("orgs", "academicSessions", "courses", "classes", "users",
            "userProfiles", "roles", "enrollments", "demographics",
            "resources", "classResources", "courseResources", "userResources",
            "categories", "scoreScales", "lineItems", "lineItemScoreScales",
            "lineItemLearningObjectiveIds", "results", "resultScoreScales",
            "resultLearningObjectiveIds", "assessmentLineItems",
            "assessmentResults")
REFERENCE = re.compile(r'"sourcedId":"([^"]+)","type":"([^"]+)"')


class Wrong(Exception):
    pass


# --- asking ------------------------------------------------------------------

class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.file = self.socket.makefile("rb")

    def send(self, requests):
        self.socket.sendall(b"".join(
            b"GET %s HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\n\r\n"
            % (path.encode(), token.encode()) for path, token in requests))

    def answer(self):
        status = int(self.file.readline().split()[1])
        headers = {}
        for line in iter(self.file.readline, b"\r\n"):
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, self.file.read(int(headers["content-length"]))

    def close(self):
        self.file.close()
        self.socket.close()


class Wire:
    """Some connections, each for many requests at once; new ones each time,
    since the server hangs up on who is silent while an import takes long."""

    def __init__(self, port):
        self.port = port

    def ask(self, requests):
        """(path, token)… → (status, headers, body)…"""
        connections = [Connection(self.port)
                       for _ in range(min(3, len(requests)))]
        for i, c in enumerate(connections):
            c.send(requests[i::len(connections)])
        found = [connections[i % len(connections)].answer()
                 for i in range(len(requests))]
        for c in connections:
            c.close()
        return found


def raw_rows(body):
    """{sourcedId: (its bytes as text, what they say)} of a page."""
    text, rows = body.decode(), {}
    decoder = json.JSONDecoder()
    at = text.index("[") + 1
    while text[at] == "{":
        row, end = decoder.raw_decode(text, at)
        rows[row["sourcedId"]] = (text[at:end], row)
        at = end + (text[end] == ",")
    return rows


class Postgres:
    """A superuser's psql, for what no publisher and no district does."""

    def __init__(self, home):
        self.child = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h",
             home.home + "/postgres", "-U", "homeroom_superuser", "-d",
             "homeroom"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self, sql):
        self.child.stdin.write(("%s;\n\\echo done\n" % sql).encode())
        self.child.stdin.flush()
        lines = iter(self.child.stdout.readline, b"done\n")
        found = []
        for line in lines:
            if not line:
                raise Wrong("psql: " + sql)
            found.append(line.decode().rstrip("\n"))
        return found


# --- a publisher -------------------------------------------------------------

class Publisher:
    """What one has kept of its pulls, by version."""

    def __init__(self, name, token):
        self.name, self.token = name, token
        self.forget()

    def forget(self):
        self.pulls, self.bundles, self.clocks = {}, {}, {}

    def path(self, api, i, query=""):
        base, entity = COLLECTIONS[api][i]
        return "%s/%s?limit=200%s" % (base, entity, query)

    def deltas(self, rng, api, since):
        """The filters, as publishers write them: what came after the newest
        that they have, or after they last looked at their clock."""
        by_clock = rng.random() < 0.4
        for i, (_, entity) in enumerate(COLLECTIONS[api]):
            rows = self.pulls[since][api][entity].values()
            newest = max((re.search(r'"dateLastModified":"([^"]+)"', r)[1]
                          for r in rows), default=None)
            if by_clock or newest is None:
                term = ">='%s'" % self.clocks[since]
            else:
                term = rng.choice((">'%s'", ">='%s'")) % newest
            yield self.path(api, i, "&filter=" + urllib.parse.quote(
                "dateLastModified" + term))


def utc(clock):
    return datetime.datetime.fromtimestamp(clock, datetime.timezone.utc)


def stamp(clock, rng):
    """In the precisions and zones that publishers have."""
    at = utc(clock)
    return rng.choice((at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                       at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                       (at + datetime.timedelta(hours=2)).strftime(
                           "%Y-%m-%dT%H:%M:%S+02:00")))


# --- a history ---------------------------------------------------------------

class History:
    def __init__(self, home, postgres, publishers, seed):
        self.home, self.postgres, self.seed = home, postgres, seed
        self.publishers, self.rng = publishers, random.Random(seed)
        self.wire, self.replays, self.told = Wire(home.port), 0, 0
        self.log = []
        self.worlds, self.version, self.world = {}, 0, None
        self.grants = {}

    def empty(self):
        """As if all that was had been purged."""
        tables = ["%s.%s" % (s, t) for s in ("roster", "history")
                  for t in self.home.tables]
        self.postgres.run(
            "truncate homeroom.visible, homeroom.scope, "
            "roster.said_users, %s; "
            "update homeroom.version set purged = true, rows = '{}'; "
            "update homeroom.\"grant\" set full_access = false, "
            "defined = false, fields = '{}', changed = 0, "
            "widened = 0; update homeroom.district set day = null"
            % ", ".join(tables))
        for p in self.publishers:
            p.forget()

    # what may happen

    def run(self, *args, days=KEEP_DAYS):
        env = dict(self.home.env, HOMEROOM_RETENTION_DAYS=str(days))
        if self.home.clock:
            env["HOMEROOM_CLOCK"] = str(self.home.clock)
        done = subprocess.run([d.HOMEROOM, *args], env=env, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise Wrong("%s: %s" % (" ".join(args), done.stdout.decode()))
        return done.stdout.decode()

    def take_in(self, world):
        self.world = world
        self.by_rest()
        # Something is new in each: so each makes a version.
        world["orgs"]["orgs-1"] = dict(
            worlds.record(self.rng, "orgs", 1),
            name="no. %d" % (self.live() + 1))
        worlds.write(world, "bundle")
        said = self.run("import", "--accept", "bundle")
        if "error:" in said:
            raise Wrong("import: " + said)

    def by_rest(self):
        """What has no files is put in place as the gradebook will."""
        made, sql = self.live() + 1, []
        columns = {
            "assessmentLineItems": ("assessment_line_items", (
                "title", "class_id", "parent_id", "score_scale_id")),
            "assessmentResults": ("assessment_results", (
                "assessment_line_item_id", "student_id", "score_scale_id",
                "comment"))}
        for entity, (table, names) in columns.items():
            new, old = self.world[entity], self.stored[entity]
            for key in sorted(set(new) | set(old)):
                if new.get(key) == old.get(key):
                    continue
                values = list((new.get(key) or old.get(key)).values())
                sql.append(put_row(table, names, key, values,
                                   key in new, made))
            self.stored[entity] = dict(new)
        if sql:
            self.postgres.run(";\n".join(sql))

    def today(self):
        """The day for which it is known what grants see."""
        return self.postgres.run("select max(day) from homeroom.district")[0]

    def live(self):
        return int(self.postgres.run(
            "select coalesce(max(version), 0) from homeroom.version")[0])

    def kept(self):
        return {int(v) for v in self.postgres.run(
            "select version from homeroom.version where not purged")}

    def churn(self):
        self.take_in(worlds.changed(self.rng, self.world))

    def regrant(self, count=None):
        names = [p.name for p in self.publishers]
        for name in self.rng.sample(names, count or self.rng.randint(1, 3)):
            self.grants[name] = random_grant(self.rng, name,
                                             self.grants.get(name))
        with open("grants.yaml", "w", encoding="utf-8") as f:
            f.write("\n---\n".join(json.dumps(g)
                                   for g in self.grants.values()))
        self.run("apply", "grants.yaml")
        self.changed = dict(line.split() for line in self.postgres.run(
            "select a.name || ' ' || g.changed from homeroom.\"grant\" g "
            "join homeroom.application a on a.id = g.application"))
        self.changed = {name: int(v) for name, v in self.changed.items()}

    def go_back(self):
        past = sorted(v for v in self.worlds
                      if v in self.kept() and v < self.version)
        if not past:
            return
        to = self.rng.choice(past)
        self.run("rollback", str(to))
        self.world, self.stored = self.worlds[to], {
            e: dict(self.worlds[to][e]) for e in worlds.BY_REST}

    def purge(self):
        """Days later, what is too old goes."""
        self.home.clock += self.rng.choice((1, 4)) * 86400
        env = dict(self.home.env, HOMEROOM_CLOCK=str(self.home.clock),
                   HOMEROOM_RETENTION_DAYS=str(KEEP_DAYS))
        due = ("select count(*) from homeroom.version where not purged and "
               "version < (select max(version) from homeroom.version where "
               "published < to_timestamp(%d) - interval '%d days')"
               % (self.home.clock, KEEP_DAYS))
        day = utc(self.home.clock).date().isoformat()
        work = subprocess.Popen([d.HOMEROOM, "work"], env=env,
                                stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while (self.today() < day or self.postgres.run(due) != ["0"]) \
                and time.monotonic() < end:
            time.sleep(0.01)
        work.send_signal(signal.SIGTERM)
        work.wait()
        if self.today() < day:
            raise Wrong("the calendar stood still")

    def step(self):
        self.home.clock += self.rng.choice((3600, 40000, 86400))
        act = self.rng.choices((self.churn, self.regrant, self.go_back,
                                self.purge), (12, 5, 3, 2))[0]
        self.log.append(act.__name__)
        act()
        self.look()

    def begin(self):
        """On a day of its own, from which its dates count: whatever happened
        before, the same seed tells the same history."""
        self.home.clock = (self.home.clock // 86400 + 1) * 86400 + \
            self.rng.randrange(86400)
        worlds.TODAY = utc(self.home.clock).date()
        self.empty()
        self.stored = {e: {} for e in worlds.BY_REST}
        self.take_in(worlds.new(self.rng))
        self.regrant(len(self.publishers))
        self.look()

    # what must be so

    def look(self):
        """Everybody pulls, and checks it against what it had."""
        self.version = self.live()
        self.worlds[self.version] = self.world
        self.day = datetime.date.fromisoformat(self.today())
        kept = self.kept()
        self.kept_since = self.postgres.run(
            "select to_char(published at time zone 'UTC', "
            "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') from homeroom.version "
            "where version = %d" % min(kept))[0]
        for p in self.publishers:
            sight = self.sight(p)
            now = {api: self.full(p, api, sight) for api in COLLECTIONS}
            past = [v for v in p.pulls if v in kept and v != self.version]
            gone = [v for v in p.pulls if v not in kept]
            for api in COLLECTIONS:
                if past:
                    self.delta(p, api, self.rng.choice(past), now[api])
                if gone:
                    self.old_delta(p, api, self.rng.choice(gone), now[api])
            if past:
                self.as_it_was(p, max(past))
            if self.rng.random() < 0.25:
                self.pry(p, self.rng.choice(list(COLLECTIONS)), now, sight)
            p.pulls[self.version] = now
            p.clocks[self.version] = stamp(self.home.clock, self.rng)
        if self.rng.random() < 0.3:
            self.look_at_bundles(kept)

    def ask(self, p, paths):
        found = []
        for path, (status, _, body) in zip(
                paths, self.wire.ask([(path, p.token) for path in paths])):
            if status != 200:
                raise Wrong("%s, %s: %d %s" % (p.name, path, status, body))
            found.append(raw_rows(body))
        return found

    def sight(self, p):
        """What it sees, by our names and by those that it is told."""
        sight = oracle.Sight(self.world, self.grants[p.name], self.day)
        sight.names = Names(self.postgres, ENTITIES, self.grants[p.name],
                            p.name)
        sight.shows = {entity: sight.names.names(entity, keys)
                       for entity, keys in sight.sees.items()}
        for entity, shows in sight.shows.items():
            keys = sight.sees[entity]
            if len(shows) != len(keys) or sight.names.renames(entity) and \
                    shows & set(self.world[entity]):
                raise Wrong("%s: names of %s: %s" % (p.name, entity, shows))
        return sight

    def full(self, p, api, sight):
        entities = [e for _, e in COLLECTIONS[api]]
        found = self.ask(p, [p.path(api, i) for i in range(len(entities))])
        shown = {}
        for entity, rows in zip(entities, found):
            shown[entity] = {k: raw for k, (raw, row) in rows.items()
                             if row["status"] == "active"}
            want = sight.shows[entity]
            if set(shown[entity]) != want:
                raise Wrong("%s, %s: sees %s of %s, and not %s" % (
                    p.name, api, sorted(set(shown[entity]) - want), entity,
                    sorted(want - set(shown[entity]))))
            self.check_rows(p, api, entity, rows, sight)
            undisguise(self.grants[p.name].get("fields", {}).get(entity, {}),
                       {k: row for k, (_, row) in rows.items()},
                       {sight.names.name(entity, k): dict(
                           self.world[entity][k]) for k in sight.sees[entity]})
        return shown

    def check_rows(self, p, api, entity, rows, sight):
        omitted = {field for field, how in self.grants[p.name].get(
            "fields", {}).get(entity, {}).items() if how == "omit"}
        for key, (raw, row) in rows.items():
            left = row["status"] != "active"
            for to, of in () if left else REFERENCE.findall(raw):
                if to not in sight.shows[PLURAL.get(of, of + "s")]:
                    raise Wrong("%s, %s: %s of %s refers to %s %s" % (
                        p.name, api, key, entity, of, to))
            told = {name for name, value in row.items() if value} - {
                "sourcedId", "status", "dateLastModified"}
            bad = told if left and self.grants[p.name]["access"] != "full" \
                else told & omitted
            if bad:
                raise Wrong("%s, %s: %s of %s tells %s" % (
                    p.name, api, key, entity, sorted(bad)))

    def delta(self, p, api, since, now):
        found = self.ask(p, list(p.deltas(self.rng, api, since)))
        for (_, entity), rows in zip(COLLECTIONS[api], found):
            have = replay(p.pulls[since][api][entity], rows)
            self.replays += 1
            if have != now[entity]:
                raise Wrong("%s, %s: %s of version %d and the delta since: %s"
                            % (p.name, api, entity, since,
                               unlike(have, now[entity])))

    def old_delta(self, p, api, since, now):
        """Since what is not kept: all that there is comes, and it is said
        that deletions may be missing, if they may."""
        (_, entity), path = self.rng.choice(list(zip(
            COLLECTIONS[api], p.deltas(self.rng, api, since))))
        ((status, headers, body),) = self.wire.ask([(path, p.token)])
        have = replay(p.pulls[since][api][entity], raw_rows(body))
        said = headers.get("homeroom-deletions-since")
        there = {key: have.get(key) for key in now[entity]}
        if said not in (None, self.kept_since) or \
                (have if said is None else there) != now[entity]:
            raise Wrong("%s, %s: %s since version %d, which is not kept: %d, "
                        "%s, %s" % (p.name, api, entity, since, status, said,
                                    unlike(have, now[entity])))
        self.told += said is not None

    def as_it_was(self, p, version):
        """A pull that began before all that goes on as it began, unless the
        grant has changed."""
        api = self.rng.choice(list(COLLECTIONS))
        paths = [p.path(api, i, "&cursor=%d" % version)
                 for i in range(len(COLLECTIONS[api]))]
        found = self.wire.ask([(path, p.token) for path in paths])
        for (_, entity), (status, _, body) in zip(COLLECTIONS[api], found):
            if status == 410 and self.changed[p.name] > version:
                continue
            rows = {k: raw for k, (raw, row) in raw_rows(body).items()
                    if row["status"] == "active"} if status == 200 else body
            if rows != p.pulls[version][api][entity]:
                raise Wrong("%s, %s: %s of version %d, read later: %d, %s" % (
                    p.name, api, entity, version, status,
                    unlike(rows, p.pulls[version][api][entity])))

    # filters

    def hidden(self, sight, entity):
        return self.rng.choice(sorted(
            set(self.world[entity]) - sight.sees[entity]) or ["nobody"])

    def pry(self, p, api, now, sight):
        """Whatever is asked for, nothing else comes than a full pull shows."""
        asked = []
        for i, (_, entity) in enumerate(COLLECTIONS[api]):
            for text in (self.rng.choice(WIDE), self.rng.choice(NASTY)):
                asked.append((p.path(api, i), entity, text.format(
                    k=self.hidden(sight, entity)), text in WIDE))
        found = self.wire.ask([("%s&filter=%s" % (
            path, urllib.parse.quote(text)), p.token)
            for path, _, text, _ in asked])
        for (path, entity, text, wide), (status, _, body) in zip(asked, found):
            rows = raw_rows(body) if status == 200 else {}
            shown = {key: raw for key, (raw, row) in rows.items()
                     if row["status"] == "active"}
            full = now[api][entity]
            if status not in (200, 400, 404) or wide and shown != full or any(
                    full.get(key) != raw for key, raw in shown.items()):
                raise Wrong("%s, %s, filter=%s: %d, %s" % (
                    p.name, path, text, status, unlike(shown, full)))
        self.follow(p, api)
        self.seek(p, api, sight)

    def follow(self, p, api):
        """A filter that lets everything by lets a link's records by."""
        base = COLLECTIONS[api][0][0]
        paths = ["%s/%s?limit=200" % (base, path % self.rng.choice(
            sorted(self.world[of]) or ["nobody"])) for path, of in LINKS[api]]
        wide = "&filter=" + urllib.parse.quote(
            self.rng.choice(WIDE).format(k="nobody"))
        found = self.wire.ask([(path + more, p.token)
                               for path in paths for more in ("", wide)])
        for i, path in enumerate(paths):
            all_of_it, filtered = found[2 * i], found[2 * i + 1]
            if (all_of_it[0], all_of_it[2]) != (filtered[0], filtered[2]) and \
                    all_of_it[0] == 200:
                raise Wrong("%s, %s%s: %d, %s instead of %s" % (
                    p.name, path, wide, filtered[0], filtered[2],
                    all_of_it[2]))

    def seek(self, p, api, sight):
        """Nothing is found by what is not shown."""
        indexes = {e: i for i, (_, e) in enumerate(COLLECTIONS[api])}
        terms = [(e, "%s='%s'" % (field, self.hidden(sight, of)))
                 for e, field, of in map(str.split, SOUGHT[api])]
        for entity, names in self.grants[p.name].get("fields", {}).items():
            for name, how in names.items():
                if entity not in indexes:
                    continue
                if how == "omit":
                    terms += [(entity, name + term) for term in (
                        "~'a'", "='plain'", "<'zz'")]
                else:
                    terms += [(entity, "%s='%s'" % (name, value))
                              for value in ("plain", "a;b", " b", "9",
                                            "name1", "users-1", "orgs-1")]
        found = self.wire.ask([(p.path(
            api, indexes[e], "&filter=" + urllib.parse.quote(term)), p.token)
            for e, term in terms])
        for (entity, term), (status, _, body) in zip(terms, found):
            rows = raw_rows(body) if status == 200 else {}
            shown = [k for k, (_, row) in rows.items()
                     if row["status"] == "active"]
            if status not in (200, 400) or shown and \
                    self.grants[p.name]["access"] != "full":
                raise Wrong("%s, %s, filter=%s: %d, %s" % (
                    p.name, entity, term, status, shown))

    # bundles

    def look_at_bundles(self, kept):
        bulk = [(p, self.rng.choice(("1.1", "1.2")), 0)
                for p in self.publishers]
        deltas = []
        for p, api, _ in bulk:
            past = [v for a, v in p.bundles
                    if a == api and v in kept and v != self.version]
            if past:
                deltas.append((p, api, self.rng.choice(past)))
        for (p, api, _), now in zip(bulk, self.bundles(bulk)):
            if api == "1.2":
                self.check_bundle(p, now)
            p.bundles[api, self.version] = now
        for (p, api, since), changes in zip(deltas, self.bundles(deltas)):
            self.delta_bundle(p, api, since, changes)

    def bundles(self, asked):
        """(publisher, api, since)… → (bulk or delta, its tables)…"""
        answers = self.wire.ask([("/bundles/v%s.zip%s" % (
            api.replace(".", "p"), "?since=%d" % since if since else ""),
            p.token) for p, api, since in asked])
        found = []
        for (p, api, since), (status, headers, body) in zip(asked, answers):
            if status != 200 or \
                    headers["homeroom-version"] != str(self.version):
                raise Wrong("%s: bundle %s since %d: %d %s" % (
                    p.name, api, since, status, headers))
            found.append((headers["homeroom-bundle"], tables(body)))
        return found

    def check_bundle(self, p, bundle):
        """The rows are exactly those of the district, less what the grant
        does not show."""
        sight = self.sight(p)
        fields = self.grants[p.name].get("fields", {})
        for entity in worlds.FILES:
            header, rows = bundle[1].get(entity + ".csv", ((), {}))
            want = {sight.names.name(entity, key): expected(
                sight, fields, entity, key, header)
                    for key in sight.sees[entity]}
            undisguise(fields.get(entity, {}), rows, want)
            if rows != want:
                raise Wrong("%s: %s of the bundle: %s" % (
                    p.name, entity, unlike(rows, want)))

    def delta_bundle(self, p, api, since, changes):
        now, (said, found) = p.bundles[api, self.version], changes
        if said == "bulk":
            if since >= self.changed[p.name]:
                raise Wrong("%s: bulk since %d" % (p.name, since))
            if found != now[1]:
                raise Wrong("%s: a bulk bundle is another" % p.name)
            return
        have = {f: dict(rows) for f, (_, rows) in
                p.bundles[api, since][1].items()}
        del found["manifest.csv"]
        for file, (_, rows) in found.items():
            for key, row in rows.items():
                if row["status"] == "tobedeleted":
                    have.setdefault(file, {}).pop(key, None)
                else:
                    have.setdefault(file, {})[key] = dict(
                        row, status="", dateLastModified="")
        for file in (set(have) | set(now[1])) - {"manifest.csv"}:
            header, rows = now[1].get(file, ((), {}))
            mine = {k: {c: row.get(c, "") for c in header}
                    for k, row in have.get(file, {}).items()}
            self.replays += 1
            if mine != rows:
                raise Wrong("%s, %s: %s of bundle %d and the delta since: %s"
                            % (p.name, api, file, since, unlike(mine, rows)))


def replay(base, rows):
    """What a client has that takes changed rows into what it had."""
    have = dict(base)
    for key, (raw, row) in rows.items():
        if row["status"] == "tobedeleted":
            have.pop(key, None)
        else:
            have[key] = raw
    return have


def put_row(table, names, key, values, present, made):
    """A record that changed, the way a version makes it so."""
    quoted = ", ".join("'%s'" % v.replace("'", "''") if v else "null"
                       for v in values)
    if table == "assessment_results":
        names = names + ("score_date", "score_status")
        quoted += ", '2026-01-01', 'submitted'"
    names = ", ".join(names)
    return ("insert into history.{t} (district, sourced_id, status, {n}, "
            "source, since, until) select district, sourced_id, status, {n}, "
            "source, since, {v} from roster.{t} where sourced_id = '{k}'; "
            "insert into roster.{t} (district, sourced_id, status, {n}, "
            "source, since) values (1, '{k}', '{s}', {q}, 1, {v}) "
            "on conflict (district, sourced_id) do update set (status, {n}, "
            "since) = row(excluded.status, {e}, {v})").format(
                t=table, n=names, v=made, k=key, q=quoted,
                s="active" if present else "tobedeleted",
                e=", ".join("excluded." + n for n in names.split(", ")))


def random_grant(rng, name, was):
    """Names stay: who is told other names has to begin again."""
    def ids(entity):
        return [worlds.name_of(entity, rng.randint(
            1, worlds.SIZES.get(entity, worlds.SOME)))
            for _ in range(rng.randint(1, 3))]

    if was:
        named = [e for e, of in was.get("fields", {}).items()
                 if "sourcedId" in of]
    else:
        named = rng.sample(NAMED, rng.choice((0, 0, 1, 1, 3)))
    access = "restricted" if named else rng.choices(
        ("restricted", "full", "none"), (16, 3, 1))[0]
    grant = {"kind": "grant", "name": name, "access": access}
    if access != "restricted":
        return grant
    share = grant["share"] = {}
    narrow = rng.choice((0.3, 1))
    for key, chance, make in (
            ("schools", 0.5, lambda: ids("orgs")),
            ("courses", 0.2, lambda: ids("courses")),
            ("classes", 0.2, lambda: ids("classes")),
            ("subjects", 0.2, lambda: ["sub1", rng.choice(("sub2", "zz"))]),
            ("grades", 0.3, lambda: ["gra%d" % rng.randint(1, 3)]),
            ("roles", 0.3, lambda: [rng.choice(("student", "teacher"))])):
        if rng.random() < chance * narrow:
            share[key] = make()
    if rng.random() < 0.3 * narrow:
        share["sessions"] = rng.choice((
            {"named": ids("academicSessions")}, {"before": 0, "after": 0},
            {"named": ids("academicSessions"), "before": 5}, {"after": 10}))
    for key in ("unenrolled", "agents", "demographics", "resources",
                "gradebook"):
        if rng.random() < 0.6:
            share[key] = True
    fields = {entity: {field: "omit" for field in names
                       if rng.random() < 0.15}
              for entity, names in OMITTED.items()}
    for entity in named:
        fields.setdefault(entity, {})["sourcedId"] = "pseudonymise"
    for field in DISGUISED:
        if rng.random() < 0.15:
            fields["users"][field] = "pseudonymise"
    grant["fields"] = {entity: of for entity, of in fields.items() if of}
    return grant


class Names:
    """What a grant calls records, as it was told to."""

    def __init__(self, postgres, tables, grant, name):
        self.fields = grant.get("fields", {})
        self.of, numbers = {}, {}
        for i, entity in enumerate(tables, 1):
            numbers[str(i)] = entity
        for row in postgres.run(
                "select v.entity || ' ' || v.sourced_id || ' ' || v.pseudonym "
                "from homeroom.visible v join homeroom.\"grant\" g "
                "on g.id = v.grant_id join homeroom.application a "
                "on a.id = g.application where a.name = '%s' "
                "and v.until is null and not v.gone "
                "and v.pseudonym is not null" % name):
            number, key, other = row.split(" ")
            self.of[numbers[number], key] = other

    def renames(self, entity):
        entity = "users" if entity == "demographics" else entity
        return self.fields.get(entity, {}).get("sourcedId") is not None

    def name(self, entity, key):
        return self.of[entity, key] if self.renames(entity) else key

    def names(self, entity, keys):
        return {self.name(entity, key) for key in keys}


def tables(body):
    found = {}
    with zipfile.ZipFile(io.BytesIO(body)) as z:
        for name in z.namelist():
            reader = csv.DictReader(io.StringIO(z.read(name).decode(),
                                                newline=""))
            key = next(iter(reader.fieldnames))
            found[name] = (reader.fieldnames, {r[key]: r for r in reader})
    return found


def undisguise(fields, rows, want):
    """Where a value stands for another one, it is another, or none."""
    for field, how in fields.items():
        if how != "pseudonymise" or field == "sourcedId":
            continue
        for key, row in want.items():
            other = rows.get(key, {}).get(DISGUISED[field], row[field])
            if bool(other) != bool(row[field]) or \
                    other and other == row[field]:
                raise Wrong("%s of %s: %s for %s" % (
                    field, key, other, row[field]))
            row[field] = other


def expected(sight, fields, entity, key, header):
    omitted = {OMITTED[entity][f] for f, how in fields.get(entity, {}).items()
               if how == "omit"}
    row = dict.fromkeys(header, "")
    row["sourcedId"] = sight.names.name(entity, key)
    for c in worlds.COLUMNS[entity]:
        text = sight.world[entity][key][c.name]
        if c.kind in ("ref", "refs"):
            names = [sight.names.name(c.of, k)
                     for k in text.split(",") if k in sight.sees[c.of]]
            # Their own order would tell of what they stand for.
            text = ",".join(sorted(names) if sight.names.renames(c.of)
                            else names)
        row[c.name] = "" if c.name in omitted or c.name == "password" else text
    if sight.world[entity][key].get("metadata.note"):
        row["metadata.note"] = sight.world[entity][key]["metadata.note"]
    return row


def unlike(have, want):
    """The first record that differs, and from where on."""
    for key in sorted(set(have) | set(want)):
        one, other = str(have.get(key)), str(want.get(key))
        if one != other:
            at = len(os.path.commonprefix((one, other)))
            at = max(0, at - 40)
            return "%s: …%.300s instead of …%.300s" % (
                key, one[at:], other[at:])
    return "nothing"


# --- all of them -------------------------------------------------------------

def open_home():
    home = d.District()
    home.run("migrate")
    home.serve()
    home.clock = None  # the real one
    postgres = Postgres(home)
    # This one need not survive the machine.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        postgres.run("alter system set %s = off" % setting)
    postgres.run("select pg_reload_conf()")
    home.tables = postgres.run("select table_name from "
                               "information_schema.tables "
                               "where table_schema = 'history'")
    publishers = [Publisher("p%d" % i, home.token(home.application(
        "p%d" % i, "--full"))) for i in range(GRANTS)]
    return home, postgres, publishers


def meanwhile(home, postgres, publishers, seed):
    """Who asks while imports commit, for what came since it began to ask
    before, in pages of its own version each, misses nothing."""
    history = History(home, postgres, publishers, seed)
    history.stored = {e: {} for e in worlds.BY_REST}
    wrong, api, some = [], "1.2", publishers[:4]
    have = {p: {i: {} for i in range(len(COLLECTIONS[api]))} for p in some}

    def take_in(world):
        history.take_in(dict(world, **{e: {} for e in worlds.BY_REST}))

    def imports():
        try:
            for _ in range(6):
                take_in(worlds.changed(history.rng, history.world))
        except Wrong as why:
            wrong.append(str(why))

    def pull(p, i, since):
        return home.pull(p.path(api, i).split("?")[0] + (
            "?filter=dateLastModified%%3E%%3D'%s'" % since if since else ""),
            p.token, limit=3)[0]

    take_in(worlds.new(history.rng))
    history.regrant(len(publishers))
    thread, since, rounds = threading.Thread(target=imports), None, 0
    thread.start()
    while since is None or thread.is_alive() or rounds < 2:
        rounds = 0 if thread.is_alive() else rounds + 1
        begun = datetime.datetime.now(datetime.timezone.utc)
        for p in some:
            for i, rows in have[p].items():
                for row in pull(p, i, since):
                    if row["status"] == "active":
                        rows[row["sourcedId"]] = row
                    else:
                        rows.pop(row["sourcedId"], None)
        since = begun.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    thread.join()
    for p in some:
        for i, rows in have[p].items():
            want = {r["sourcedId"]: r for r in pull(p, i, None)
                    if r["status"] == "active"}
            if rows != want:
                wrong.append("%s: %s" % (p.name, unlike(rows, want)))
    d.check("deltas while imports commit", "; ".join(wrong))
    home.clock = int(time.time()) + 3600


def one(home, postgres, publishers, seed):
    history = History(home, postgres, publishers, seed)
    why = None
    try:
        history.begin()
        for _ in range(STEPS):
            history.step()
    except Wrong as wrong:
        why = "HOMEROOM_TEST_SEED=%d, after %s: %s" % (
            seed, ", ".join(history.log), wrong)
    d.check("history %d" % seed, why)
    return history.replays, history.told


def main():
    given = os.environ.get("HOMEROOM_TEST_SEED")
    first = int(given) if given else random.SystemRandom().randrange(1 << 30)
    usual = 4 if os.environ.get("HOMEROOM_TEST_MODE") == "release" else 1
    count = int(os.environ.get("HOMEROOM_TEST_COUNT") or usual)
    print("# HOMEROOM_TEST_SEED=%d" % first, flush=True)
    begun, replays, told = time.monotonic(), 0, 0
    world = open_home()
    meanwhile(*world, first)
    for seed in range(first, first + count):
        more = one(*world, seed)
        replays, told = replays + more[0], told + more[1]
    print("# %d histories, %d deltas replayed, %d older than what is kept, "
          "%d s" % (count, replays, told, time.monotonic() - begun))
    d.finish()


main()
