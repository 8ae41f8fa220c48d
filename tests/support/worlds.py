"""Random districts, as tables of 1.2's CSV, and random changes of them: small,
complete (every entity takes part) and sound, so that an import sets nothing
aside. tests/support/bundle.columns says which columns there are."""
import csv
import datetime
import os

TODAY = datetime.date.today()  # dates lie around it; a test may set another
PARENTS = ("parentSourcedId", "parentAssessmentLineItem")
# How many records of each entity there can be; of the others SOME.
SIZES = {"orgs": 6, "academicSessions": 6, "courses": 6, "classes": 8,
         "users": 12, "roles": 16, "enrollments": 18, "demographics": 12,
         "userProfiles": 8, "lineItems": 8, "results": 10}
SOME = 6
NOTED = ("orgs", "users", "enrollments")  # they have metadata.note, at times


class Column:
    def __init__(self, name, kind, need):
        self.name, self.need = name, need
        self.kind, _, self.of = kind.partition(":")


def read_columns(source):
    """{entity: its columns in 1.2}, what comes by REST alone among them."""
    tables = {}
    path = os.path.join(source, "tests/support/bundle.columns")
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.startswith("#") or not line.strip():
                continue
            entity, name, kind, _, need = line.split()
            if need != "-":
                tables.setdefault(entity, []).append(Column(name, kind, need))
    # Where there is none, an import says it.
    next(c for c in tables["results"] if c.name == "classSourcedId").need = "!"
    tables["assessmentLineItems"] = [
        Column("title", "text", "!"),
        Column("classSourcedId", "ref:classes", "?"),
        Column("parentAssessmentLineItem", "ref:assessmentLineItems", "?"),
        Column("scoreScaleSourcedId", "ref:scoreScales", "?")]
    tables["assessmentResults"] = [
        Column("assessmentLineItemSourcedId", "ref:assessmentLineItems", "!"),
        Column("studentSourcedId", "ref:users", "!"),
        Column("scoreScaleSourcedId", "ref:scoreScales", "?"),
        Column("comment", "text", "?")]
    return tables


COLUMNS = read_columns(os.environ["HOMEROOM_TEST_SOURCE"])
BY_REST = ("assessmentLineItems", "assessmentResults")
FILES = sorted(e for e in COLUMNS if e not in BY_REST)


def name_of(entity, number):
    return "%s-%d" % (entity if entity != "demographics" else "users", number)


def day(rng, least, most):
    return (TODAY + datetime.timedelta(rng.randint(least, most))).isoformat()


def some(rng, words):
    return ",".join(rng.sample(words, rng.randint(1, min(2, len(words)))))


def value(rng, entity, number, column):
    kind, of = column.kind, column.of
    if column.need == "?" and rng.random() < 0.4 or column.name == "password":
        return ""
    if column.name == "username":
        return "name%d" % number
    if column.name in PARENTS:
        return name_of(entity, rng.randint(1, number - 1)) if number > 1 else ""
    if kind == "ref":
        return name_of(of, rng.randint(1, SIZES.get(of, SOME)))
    if kind == "refs":
        return some(rng, [name_of(of, n + 1) for n in range(SIZES[of])])
    return {
        "text": lambda: rng.choice(("plain", "ä, \"ö\" 'x'", "a;b", " b", "9"
                                    if column.name != "title" else "z")),
        "date": lambda: day(rng, -40, 40),
        "word": lambda: rng.choice(of.split("|")).replace("_", " "),
        "words": lambda: some(rng, of.split("|")),
        "list": lambda: some(rng, [column.name[:3] + str(n) for n in "123"]),
        "year": lambda: rng.choice(("2026", "2027")),
        "integer": lambda: str(rng.randint(0, 9)),
        "number": lambda: rng.choice(("0", "7", "99.5")),
        "pairs": lambda: "{k%d:v}" % rng.randint(1, 3),
    }[kind]()


def record(rng, entity, number):
    row = {c.name: value(rng, entity, number, c) for c in COLUMNS[entity]}
    if entity == "academicSessions":
        row["startDate"], row["endDate"] = day(rng, -60, 20), day(rng, -20, 60)
        if row["startDate"] > row["endDate"]:
            row["endDate"] = row["startDate"]
    if entity in NOTED:
        row["metadata.note"] = rng.choice(("", "", "n1", "n2"))
    return row


def alter(rng, world, entity):
    """One record comes, goes or changes."""
    number = rng.randint(1, SIZES.get(entity, SOME))
    key, rows = name_of(entity, number), world[entity]
    if key in rows and rng.random() < 0.3:
        del rows[key]
    elif key in rows and rng.random() < 0.7:
        column = rng.choice(COLUMNS[entity])
        rows[key] = dict(rows[key], **{
            column.name: record(rng, entity, number)[column.name]})
        row = rows[key]
        if entity == "academicSessions" and row["startDate"] > row["endDate"]:
            row["endDate"] = row["startDate"]
    else:
        rows[key] = record(rng, entity, number)


def mended(world):
    """What needs another record goes with it, what can lets go of it."""
    again = True
    while again:
        again = False
        for entity, rows in world.items():
            for key in list(rows):
                if entity == "demographics" and key not in world["users"] or \
                        not is_whole(world, rows, key, COLUMNS[entity]):
                    del rows[key]
                    again = True
                elif not fits(world, entity, rows[key]):
                    rows[key] = dict(rows[key], userProfileSourcedId="")
    return world


def fits(world, entity, row):
    """A role goes with a profile of the same person."""
    profile = entity == "roles" and \
        world["userProfiles"].get(row["userProfileSourcedId"])
    return not profile or profile["userSourcedId"] == row["userSourcedId"]


def is_whole(world, rows, key, columns):
    for c in columns:
        if c.kind not in ("ref", "refs") or not rows[key][c.name]:
            continue
        there = [k for k in rows[key][c.name].split(",") if k in world[c.of]]
        if c.need == "!" and not there:
            return False
        if ",".join(there) != rows[key][c.name]:
            rows[key] = dict(rows[key], **{c.name: ",".join(there)})
    return True


def new(rng):
    world = {entity: {} for entity in COLUMNS}
    for entity in world:
        for number in range(1, SIZES.get(entity, SOME) + 1):
            if number == 1 or rng.random() < 0.75:
                world[entity][name_of(entity, number)] = record(
                    rng, entity, number)
    return mended(world)


def changed(rng, world):
    world = {entity: dict(rows) for entity, rows in world.items()}
    entities = [e for e in world for _ in range(SIZES.get(e, SOME) // 3)]
    for _ in range(rng.choice((1, 2, 4, 9, 30))):
        alter(rng, world, rng.choice(entities))
    return mended(world)


def write(world, folder):
    """As a bundle."""
    os.makedirs(folder, exist_ok=True)
    for entity in FILES:
        names = [c.name for c in COLUMNS[entity]]
        if entity in NOTED:
            names.append("metadata.note")
        with open(os.path.join(folder, entity + ".csv"), "w", newline="",
                  encoding="utf-8") as f:
            out = csv.writer(f, lineterminator="\n")
            out.writerow(["sourcedId", "status", "dateLastModified"] + names)
            for key, row in world[entity].items():
                out.writerow([key, "", ""] + [row.get(n, "") for n in names])
    with open(os.path.join(folder, "manifest.csv"), "w",
              encoding="utf-8") as f:
        f.write("propertyName,value\nmanifest.version,1.0\n"
                "oneroster.version,1.2\n")
        for entity in FILES:
            f.write("file.%s,bulk\n" % entity)
