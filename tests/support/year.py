"""What happens between two nights of a school year, in the source and by hand
in the directory; and what is remembered of each account from night to night."""
import datetime
import re
import unicodedata

from school import BASE, SCHOOLS, account_of, day, in_words

CLOSES, ROLLS = day("2026-05-20"), day("2026-08-03")
ENDS, NEXT = "2026-06-13", ("sy26", "2026-08-17", "2027-06-12", "2027")
LETTERS = str.maketrans({"ø": "o", "ł": "l", "ß": "ss"})


def plain(name):
    """A name as a login has it."""
    text = unicodedata.normalize("NFKD", name.lower().translate(LETTERS))
    return re.sub("[^a-z0-9.]", "", text)


class Source:
    """What the source has otherwise than the night before; `pace` says of how
    many of each kind."""

    def __init__(self, school, pace):
        self.school, self.rng, self.pace = school, school.rng, pace
        self.closed = self.rolled = False

    def some(self, people, count):
        return self.rng.sample(people, min(count, len(people)))

    def there(self, today):
        return [p for p in self.school.people.values()
                if p.had_account and p.over() is None and not p.missing
                and p.begin <= today]

    def changes(self, today):
        # Nobody hears of what else happens to who is missing.
        self.come(today)
        self.go(today)
        if not self.closed and today >= CLOSES:
            self.close_year()
        if not self.rolled and today >= ROLLS:
            self.roll_over()
        self.move(today)
        self.come_back(today)

    def come(self, today):
        for _ in range(self.pace):
            self.school.join("student", today + datetime.timedelta(
                days=self.rng.choice([0, 5, 20])))
        self.school.join("teacher", today)

    def move(self, today):
        there = self.there(today)
        for p in self.some(there, 2 * self.pace):
            if p.role == "student":
                p.school = self.rng.choice(SCHOOLS)
            elif not p.family.endswith("-Reyes"):
                p.family += "-Reyes"
        students = [p for p in there if p.role == "student"]
        for p in self.some(students, 1):  # who now teaches here
            p.past.append((p.role, p.begin, today))
            p.role, p.begin, p.grade = "teacher", today, ""
        for p in self.some(self.there(today), self.pace):
            p.leave = True

    def go(self, today):
        days = [-1, 0, 1, 16]
        for p in self.some(self.there(today), 2 * self.pace):
            p.end = today + datetime.timedelta(days=self.rng.choice(days))
        for p in self.some(self.there(today), self.pace):
            p.missing = True
        on_leave = [p for p in self.there(today) if p.leave]
        for p in self.some(on_leave, 1):
            p.end = today

    def come_back(self, today):
        people = self.school.people.values()
        gone = [p for p in people if self.school.has_left(p, today)]
        away = [p for p in people if p.missing]
        on_leave = [p for p in people if p.leave and not p.missing]
        for p in self.some(on_leave, self.pace):
            p.leave = False
        for p in self.some(gone, self.pace) + self.some(away, 1):
            p.come_back()

    def close_year(self):
        """All students have a last day: it is that of the year."""
        for p in self.school.people.values():
            if p.role == "student" and p.end is None and not p.missing:
                p.end = day(ENDS)
        self.closed = True

    def roll_over(self):
        """Who is in grade 12 is done, some do not come back, and others are
        new."""
        self.school.years.append(NEXT)
        students = [p for p in self.school.people.values()
                    if p.role == "student" and p.end == day(ENDS)
                    and p.grade != "12" and not p.missing]
        staying = self.some(students, len(students) * 49 // 50)
        for p in staying:
            p.end, p.grade = None, "%02d" % (int(p.grade) + 1)
        for _ in range(len(staying) // 12):
            self.school.join("student", day(NEXT[1])).grade = "01"
        self.rolled = True


class Hands:
    """What people do in the directory by hand, each night to others: all of it
    is put right, but what no rule speaks of."""

    def __init__(self, school, controller, witness):
        self.school, self.controller = school, controller
        self.witness = witness

    def changes(self, entries, there):
        dns = {e["employeeNumber"][0]: e["dn"][0] for e in entries
               if "employeeNumber" in e}
        able = [p for p in there
                if p.id in dns and not p.leave and not p.guarded
                and not p.by_hand]
        if len(able) < 6:
            return
        p = self.school.rng.sample(able, 6)
        dn = [dns[x.id] for x in p]
        stray = "CN=Orphan 1,OU=Old," + BASE
        self.controller.change("".join((
            edit(dn[0], "replace", "displayName", "Somebody Else"),
            edit(dn[1], "replace", "userAccountControl", "514"),
            "dn: %s\nchangetype: modrdn\nnewrdn: %s\ndeleteoldrdn: 1\n"
            "newsuperior: OU=Old,%s\n\n" % (
                dn[2], dn[2].split(",", 1)[0], BASE),
            edit(group("Chess"), "add", "member", dn[3]),
            edit(group("students-south"), "add", "member", stray),
            "dn: %s\nchangetype: delete\n\n" % dn[4],
        )))
        p[3].by_hand.add("Chess")
        p[4].by_hand = set()
        self.witness.forget(p[4])

def group(name):
    return "CN=%s,OU=%s,%s" % (
        name, "Old" if name == "Chess" else "Groups", BASE)


def edit(dn, how, name, value):
    return "dn: %s\nchangetype: modify\n%s: %s\n%s: %s\n\n" % (
        dn, how, name, name, value)


class Witness:
    """What must stay: which account is whose, what it is called, and all that
    is nobody's or protected."""

    def __init__(self, school):
        self.school = school
        self.others = {}    # by id: all that is to be seen of them
        self.accounts = {}  # of a person: id and login
        self.given = {}     # logins that they ever had

    def protect(self, entries):
        for e in entries:
            self.others[e["objectGUID"][0]] = e

    def forget(self, person):
        self.accounts.pop(person.id, None)

    def differences(self, entries):
        wrong = []
        seen = {e["objectGUID"][0]: e for e in entries}
        for guid, e in self.others.items():
            if seen.get(guid) != e:
                wrong.append("%s was touched: %s" % (
                    e["dn"][0], seen.get(guid)))
        for p in self.school.people.values():
            if p.gone:
                self.forget(p)
        for guid, e in seen.items():
            if guid not in self.others:
                wrong += self.differs(guid, e)
        return in_words(wrong)

    def differs(self, guid, e):
        login = e["sAMAccountName"][0]
        person = self.school.people.get(e.get("employeeNumber", [""])[0])
        if person is None:
            return ["%s is nobody's" % login]
        was = self.accounts.get(person.id)
        self.accounts[person.id] = guid, login
        if e["dn"][0].split(",", 1)[0] != "CN=" + login:
            return ["%s is called %s" % (login, e["dn"][0])]
        if was is not None and was != (guid, login):
            return ["%s has another account than before: %s, then %s" % (
                person.id, was, (guid, login))]
        wanted = plain(person.given + "." + person.family)
        given = self.given.setdefault(person.id, set())
        fits = login in given or login.rstrip("0123456789") == wanted or (
            not given and "description" in e)
        given.add(login)
        if was is None and not fits:
            return ["%s is %s instead of %s" % (person.id, login, wanted)]
        return []
