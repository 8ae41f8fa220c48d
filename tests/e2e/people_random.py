#!/usr/bin/python3
# timeout: 900
# threads: 1
"""Random people of three sources, day after day: whatever they say, what is
published is what docs/people.md makes of it. The oracle here is written from
that page. HOMEROOM_TEST_SEED and HOMEROOM_TEST_COUNT (districts) choose, and
HOMEROOM_TEST_CASE is the number of the only district."""
import os
import random
import sys
import unicodedata

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"],
                                "tests/support"))
sys.dont_write_bytecode = True
import district as d  # noqa: E402
import sources as s  # noqa: E402
from sources import enrollment, role, user  # noqa: E402

SEED = int(os.environ.get("HOMEROOM_TEST_SEED", "0")) or \
    int.from_bytes(os.urandom(3), "big")
COUNT = int(os.environ.get("HOMEROOM_TEST_COUNT", "6"))
READINGS = 10
SOURCES = ("sis", "hr", "dir")
REQUIRED = ("enabledUser", "username", "givenName", "familyName")
LISTS = ("userIds", "agentSourcedIds")
NAMES = ("givenName", "familyName", "middleName")
EMPLOYEE = {"sis": "identifier", "hr": "metadata.employeeId",
            "dir": "metadata.number"}
RULES = ({"name": "employee", "on": EMPLOYEE},
         {"name": "desk", "on": {"hr": "metadata.employeeId",
                                 "dir": "metadata.number"}},
         {"name": "mail", "on": "email"},
         {"name": "state", "on": "metadata.stateId"},
         {"name": "badge", "on": "userIds.badge"},
         {"name": "names", "on": ["givenName", "familyName"]},
         {"name": "mail and name", "on": ["email", "familyName"]},
         {"name": "maybe", "on": ["givenName", "familyName"], "review": True},
         {"name": "mail?", "on": "email", "review": True})
ORDERED = ("givenName", "familyName", "middleName", "email", "phone",
           "username", "identifier", "metadata.stateId", "metadata.room",
           "userIds")


# --- the oracle --------------------------------------------------------------

def same(field, value):
    """What of a value is compared; None if nothing."""
    value = unicodedata.normalize("NFKC", value or "").strip().lower()
    if field in NAMES:
        value = "".join(c for c in value if c.isalnum())
    return value or None


def listed(row, field):
    return [x for x in (row.get(field) or "").split(",") if x]


def compared(rule, source, row):
    fields = rule["on"]
    if isinstance(fields, dict):
        fields = fields.get(source, [])
    values = []
    for field in [fields] if isinstance(fields, str) else fields:
        if field.startswith("userIds."):
            prefix = "{%s:" % field[8:]
            found = [x[len(prefix):-1] for x in listed(row, "userIds")
                     if x.startswith(prefix)]
            values.append(same(field, found[0] if found else None))
        else:
            values.append(same(field, row.get(field)))
    return tuple(values) if values and all(values) else None


class Record:
    """What one source said last of somebody, and who that is."""

    def __init__(self, source, id):
        self.source, self.id = source, id
        self.active, self.row, self.person, self.rule = False, {}, None, None
        self.given = []    # roles in its source's last file
        self.taken = {}    # of these, and enrollments, what was heard
        self.waits = False


class Oracle:
    def __init__(self, order, rules, fields, creates):
        self.all, self.rules, self.fields = order, rules, fields
        self.creates, self.records = creates, {}

    @property
    def order(self):
        """Of the sources that have said something yet."""
        spoken = {r.source for r in self.records.values()}
        return [x for x in self.all if x in spoken]

    def of(self, source=None):
        return [r for r in self.records.values() if r.active and
                (source is None or r.source == source)]

    def holders(self, person):
        return [r for r in self.of() if r.person == person]

    def first(self, record):
        return record.source == self.order[0]

    def read(self, source, rows):
        """One reading: who is there, and whom each of them is."""
        left = [r for r in self.of(source) if r.id not in rows]
        for r in left:
            r.active = False
        there = [(self.records.setdefault((source, id), Record(source, id)),
                  row) for id, row in rows.items()]
        # Of several that come back as one person, that one, or the first.
        for r, row in sorted(there, key=lambda x: (x[0].person != x[0].id,
                                                   x[0].id)):
            if not r.active and any(x.source == source and x is not r
                                    for x in self.holders(r.person)):
                r.person = None
            if r.person is None:
                r.rule = None
            r.active, r.row = True, row
        # Those that left say who came in their stead, and then no more.
        for gone in (left, []):
            before = None
            while before != (before := self.settled()):
                for place in self.order:
                    self.match(place, gone if place == source else [])

    def settled(self):
        return [(r.source, r.id, r.person, r.rule) for r in self.of()]

    def match(self, source, left):
        """Rules link records that stand for themselves or wait."""
        open_ = []
        for r in self.of(source):
            if r.rule or r.person and (self.first(r) or any(
                    x.source != source for x in self.holders(r.person))):
                continue
            r.waits = False
            open_.append(r)
        for rule in self.rules:
            open_ = self.ask(rule, source, left, open_)
        for r in self.of(source):
            if r.person is None and (r in open_ or self.first(r)) and \
                    self.creates[source]:
                # Its own id, unless that is another's by now.
                taken = self.holders(r.id)
                r.person = ("new", r.source, r.id) if taken else r.id

    def ask(self, rule, source, left, open_):
        known = {}
        for r in self.of() + left:
            key = compared(rule, r.source, r.row)
            if key and r.person:
                known.setdefault(key, set()).add(r.person)
        found, by = {}, {}
        for r in open_:
            key = compared(rule, source, r.row)
            found[r.id] = {
                p for p in known.get(key, ()) if p != r.person and not any(
                    x.source == source for x in self.holders(p))}
            for p in found[r.id]:
                by.setdefault(p, []).append(r)
        rest = []
        for r in open_:
            persons = found[r.id]
            clear = not rule.get("review") and len(persons) == 1 and \
                all(len(by[p]) == 1 for p in persons)
            if not persons or not clear and not any(
                    self.holders(p) for p in persons):
                rest.append(r)
            elif not clear:
                r.waits = True
            else:
                (r.person,), r.rule = persons, rule["name"]
        return rest

    def value(self, field, records):
        order = self.fields.get(field)
        places = list(order or self.order)
        if field in REQUIRED:
            places += [x for x in self.order if x not in places]
        values = []
        for place in places:
            values += [r for r in records if r.source == place]
        if field in LISTS:
            out = []
            for r in values:
                out += self.agents(r) if field == "agentSourcedIds" else \
                    listed(r.row, field)
            return sorted(set(out), key=str)
        return next((r.row[field] for r in values if r.row.get(field)), "")

    def agents(self, record):
        found = [self.records[record.source, x]
                 for x in listed(record.row, "agentSourcedIds")]
        return [r.person for r in found if r.active and r.person]

    def users(self):
        out = {}
        for person in {r.person for r in self.of() if r.person}:
            records = self.holders(person)
            fields = {f for r in records for f in r.row}
            out[person] = {f: v for f in fields
                           for v in [self.value(f, records)] if v}
        return out

    def hear(self, source):
        """Roles are those of all records of a person; enrollments are heard
        with their file, and of two the first counts."""
        for r in self.records.values():
            if not r.active:
                r.taken = {}
            elif r.source == source:
                r.taken = {x: True for x in r.given} if r.person else {}
        heard = {}
        for place in self.order:
            for r in self.of(place):
                for x in list(r.taken):
                    if heard.setdefault((r.person, x), r) is not r:
                        del r.taken[x]
        may = {(r.person, x) for r in self.of() if r.person for x in r.given}
        return set(heard) | {(p, x) for p, x in may
                             if not x.startswith("e-")}, may


# --- the people --------------------------------------------------------------

def dressed(rng, value):
    """The same value as another system would write it."""
    how = rng.randrange(6)
    return (value, value, value.upper(), " " + value, value + "  ",
            "".join(chr(ord(c) + 0xfee0) if c.isdigit() else c
                    for c in value))[how]


class World:
    def __init__(self, rng, size):
        self.rng, self.next = rng, 0
        self.people = [self.human(i) for i in range(size)]
        self.there = {x: {} for x in SOURCES}    # id: human
        self.rows = {x: {} for x in SOURCES}
        self.roles = {x: {} for x in SOURCES}
        for source in SOURCES:
            for human in self.people:
                if rng.random() < 0.7:
                    self.come(source, human)

    def human(self, i):
        pick = self.rng.choice
        return {"givenName": pick(("Ann", "Bo", "Cy", "Dé", "Eve-Lyn")),
                "familyName": pick(("Lee", "O'Hara", "Van Dam", "Ray")),
                "middleName": pick(("", "M", "Q")),
                "email": "p%d@x.org" % (i - (self.rng.random() < 0.15)),
                "employee": "E%d" % (i - (self.rng.random() < 0.1)),
                "metadata.stateId": "S%d" % i, "badge": "B%d" % i}

    def come(self, source, human):
        self.next += 1
        id = "%s%d" % (source, self.next)
        self.there[source][id] = human
        self.rows[source][id] = self.say(source, id, human)
        self.roles[source][id] = self.rng.sample(
            ("teacher", "aide", "parent"), self.rng.randrange(3))

    def say(self, source, id, human):
        rng, row = self.rng, {}
        for field in ("middleName", "email", "metadata.stateId"):
            if rng.random() < 0.6 and human[field]:
                row[field] = dressed(rng, human[field])
        if rng.random() < 0.6:
            row[EMPLOYEE[source]] = dressed(rng, human["employee"])
        if rng.random() < 0.4:
            row["userIds"] = "{badge:%s},{%s:%s}" % (
                human["badge"], source, rng.randrange(3))
        for field in ("phone", "metadata.room"):
            if rng.random() < 0.4:
                row[field] = "%s-%d" % (source, rng.randrange(100))
        return dict(row, enabledUser=rng.choice(("true", "true", "false")),
                    username="%s.%d" % (source, rng.randrange(1000)),
                    givenName=dressed(rng, human["givenName"]).strip(),
                    familyName=dressed(rng, human["familyName"]).strip())

    def day(self, source):
        """What becomes of a source's people until its next reading."""
        rng, there = self.rng, self.there[source]
        for id in list(there):
            luck = rng.random()
            if luck < 0.08:                      # goes
                human = there.pop(id)
                if luck < 0.04:                  # comes back under a new id
                    self.come(source, human)
                    if luck < 0.02:
                        self.rows[source]["%s%d" % (source, self.next)] = \
                            dict(self.rows[source][id])
            elif luck < 0.2:
                self.rows[source][id] = self.say(source, id, there[id])
            elif luck < 0.25:                    # is somebody else's now
                self.rows[source][id] = self.say(source, id,
                                                 rng.choice(self.people))
            elif luck < 0.3:
                self.roles[source][id] = rng.sample(
                    ("teacher", "aide", "parent"), rng.randrange(3))
        for id in list(self.rows[source]):
            if id not in there and rng.random() < 0.1:   # is back
                there[id] = rng.choice(self.people)
        if rng.random() < 0.5:
            self.come(source, rng.choice(self.people))
        if rng.random() < 0.1:                   # a new system: new ids
            for id in list(there):
                self.come(source, there.pop(id))
                self.rows[source]["%s%d" % (source, self.next)] = dict(
                    self.rows[source][id])

    def tell(self, source):
        """The source's reading: users' rows, by id; some have agents."""
        rows = {}
        there = list(self.there[source])
        for n, id in enumerate(there):
            rows[id] = dict(self.rows[source][id])
            if n % 4 == 1:
                rows[id]["agentSourcedIds"] = ",".join(there[n - 1:n + 2:2])
        return rows


# --- one district ------------------------------------------------------------

def settings(rng):
    order = rng.sample(SOURCES, 3)
    rules = rng.sample(RULES, rng.randrange(1, 5))
    fields = {f: rng.sample(SOURCES, rng.randrange(1, 4))
              for f in rng.sample(ORDERED, rng.randrange(4))}
    creates = {x: x == order[0] or rng.random() < 0.7 for x in SOURCES}
    return order, rules, fields, creates


class Story:
    def __init__(self, number):
        self.rng = random.Random("%d.%d" % (SEED, number))
        self.number, self.what = number, settings(self.rng)
        order, rules, fields, creates = self.what
        self.oracle, self.world = Oracle(*self.what), World(self.rng, 8)
        self.home = s.People("home%d" % number)
        self.names = {}
        self.home.open()
        self.home.apply(
            {"kind": "district", "name": "default", "sources": order,
             "match": rules, "fields": fields},
            *({"kind": "source", "name": x, "type": "oneroster",
               "path": "/nowhere", "creates": creates[x]} for x in SOURCES))

    def files(self, source, rows):
        users = []
        for id, row in rows.items():
            said = user(id, "", "")
            said.update(row)
            users.append(said)
        self.rng.shuffle(users)
        roles = self.world.roles[source]
        out = {"users": users,
               "roles": [role(id, x) for id in rows for x in roles[id]],
               "enrollments": [enrollment(id) for id in rows if roles[id]]}
        # The school comes first, and of one source.
        if source == "sis":
            out.update(orgs=s.ORGS, academicSessions=s.SESSIONS,
                       courses=s.COURSES, classes=s.CLASSES)
        return out

    def take(self, source):
        rows = self.world.tell(source)
        self.oracle.read(source, rows)
        for r in self.oracle.of(source):
            r.given = [] + self.world.roles[source][r.id]
            if r.given:
                r.given.append("e-" + r.id)
        self.home.take(source, **self.files(source, rows))
        why = self.compare(source)
        version, settled = self.home.version(), self.oracle.settled()
        self.oracle.read(source, rows)
        if settled != self.oracle.settled():
            return "the same again is something else to the oracle"
        self.home.take(source, **self.files(source, rows))
        if not why and self.home.version() != version:
            why = "the same again made a version: %s" % (
                self.compare(source) or "with the same people")
        return why

    def compare(self, source):
        now = self.home.look("users", "roles", "enrollments")
        want = self.named(self.oracle.users(), now["users"])
        about = []
        for file in ("roles", "enrollments"):
            for id, r in now[file].items():
                about.append((r["userSourcedId"],
                              r["role"] if file == "roles" else id))
        who = {x for x, _ in about}
        for r in now["users"].values():
            who.update(listed(r, "agentSourcedIds"))
        if who - set(now["users"]):
            return "nobody is %s" % (who - set(now["users"]))
        must, may = self.oracle.hear(source)
        must, may = ({(self.names.get(p, p), x) for p, x in s}
                     for s in (must, may))
        if len(about) > len(set(about)):
            return "twice: %r" % sorted(about)
        if not must <= set(about) <= may:
            return "missing %r, nobody's %r" % (
                sorted(must - set(about)), sorted(set(about) - may))
        for person in sorted(set(want) | set(now["users"]), key=str):
            got, wanted = now["users"].get(person), want.get(person)
            if got:
                got = {f: listed(got, f) if f in LISTS else v
                       for f, v in got.items()}
                got.update({f: sorted(got[f]) for f in LISTS if f in got})
                wanted = self.agents_named(wanted)
            if got != wanted:
                return "person %s: %r, not %r" % (person, got, wanted)
        return ""

    def agents_named(self, row):
        if row and "agentSourcedIds" in row:
            row = dict(row, agentSourcedIds=sorted(
                self.names.get(p, str(p)) for p in row["agentSourcedIds"]))
        return row

    def named(self, want, got):
        """A person whose id was taken is called anyhow, but always so."""
        for person in [p for p in want if isinstance(p, tuple)]:
            free = [p for p in got if p not in want and
                    p not in self.names.values() and
                    got[p]["username"] == want[person]["username"]]
            if person not in self.names and len(free) == 1:
                self.names[person] = free[0]
        return {self.names.get(p, p): row for p, row in want.items()}


def main():
    print("# HOMEROOM_TEST_SEED=%d" % SEED, flush=True)
    only = os.environ.get("HOMEROOM_TEST_CASE")
    for number in [int(only)] if only else range(COUNT):
        story = Story(number)
        for reading in range(READINGS):
            source = SOURCES[reading] if reading == 0 else \
                story.rng.choice(SOURCES)
            if reading > 2:
                story.world.day(source)
            if not d.check("%d.%d %s" % (number, reading, source),
                           story.take(source)):
                print("# %r" % (story.what,), flush=True)
                break
        story.home.close()
    d.finish()


main()
