#!/usr/bin/env python3
# timeout: 600
"""What a directory answers, and what becomes of it: who is busy is asked again,
later each time; what is refused is set aside at once, with the directory's
words; what nobody knows the outcome of is looked for before it is repeated.
When it is to be asked again is noted as it is stored, and then not waited
for."""
import datetime
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["HOMEROOM_TEST_SOURCE"], "tests",
                                "support"))
from district import check, finish
from ldap_between import ADD, AFTER, BEFORE, LATE, MODIFY, Between
from school import (Controller, Provisioned, School, day, differences,
                    slips)

# What is answered when an account is made, how often, and what then becomes of
# it: seconds until it is asked again, each time; and how it ends.
KINDS = {
    "busy": ((51, "busy"), 2, [5, 5], "done"),
    "timeout": ((3, ""), 1, [5], "done"),
    "limit": ((11, "00002024: too much"), 1, [5], "done"),
    "unavailable": ((52, "000020AC: going down"), 1, [60], "done"),
    "failing": ((80, "no idea"), 1, [60], "done"),
    "numbers": ((53, "00002010: no RID"), 1, [300], "done"),
    "never": ((51, "busy"), 99, [5, 5, 5, 8, 16, 32, 64], "failed"),
    "password": ((19, "0000052D: too simple"), 99, [1, 2], "failed"),
    "another": ((19, "0000052D: too simple"), 1, [1], "done"),
    "violation": ((19, "00002082: too long"), 99, [], "failed"),
    "unwilling": ((53, "not willing"), 99, [], "failed"),
    "rights": ((50, "00002098: not you"), 99, [], "failed"),
    "exists": ((68, "00000524: taken"), 99, [], "failed"),
    "readonly": ((10, "0000202B: a copy"), 99, [], "failed"),
}
# These are waited for: that it is not done before.
WAITED = ["password", "another"]
today = datetime.date.today()
school = School(len(KINDS) + 3, 2, seed=6)
students = [p for p in school.people.values() if p.role == "student"]
people = dict(zip(list(KINDS) + ["whole", "before", "after"], students))
for name, p in people.items():
    p.given, p.family, p.begin = "Kind", name, day("2025-08-18")
controller = Controller()
controller.sh("start")
answered = {}


def kind_of(dn):
    return dn.split(",")[0].replace("CN=kind.", "")


def refusal(tag, dn, _):
    kind = kind_of(dn)
    if tag != ADD or kind not in KINDS:
        return None
    answered[kind] = answered.get(kind, 0) + 1
    said, times = KINDS[kind][:2]
    return said if answered[kind] <= times else None


def sql(text):
    done = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h",
         os.path.abspath("home/postgres"), "-U", "homeroom_superuser", "-d",
         "homeroom", "-c", text], check=True, stdout=subprocess.PIPE)
    return done.stdout.decode().strip()


def rows(text):
    return json.loads(sql("select coalesce(json_agg(x), '[]') from (%s) x"
                          % text))


between = Between(controller, refusal)
homeroom = Provisioned(controller)
with open("rules.yaml") as f:
    rules = f.read()
with open("rules.yaml", "w") as f:
    f.write(rules.replace("ldaps://" + controller.address(), between.uri()))
homeroom.run("apply", "rules.yaml")
school.write("bundle")
homeroom.run("import", "bundle")
# Each time at which something is to be done again is noted, and comes at once.
sql("""
create table public.again (person text, kind text, attempts int,
    at double precision, wanted double precision);
create function public.note_again() returns trigger
language plpgsql security definer as $$
begin
    insert into public.again values (new.person, new.kind, new.attempts,
        extract(epoch from clock_timestamp()), extract(epoch from new.wanted));
    if new.person <> all (array[%s]) then
        new.wanted := null;
    end if;
    return new;
end $$;
create trigger note_again before update on homeroom.action for each row
when (old.state = 'taken' and new.state = 'waiting' and new.wanted is not null)
execute function public.note_again();
""" % ", ".join("'%s'" % people[name].id for name in WAITED))


def wrong_times(kind, delays):
    """What of it is not as it should be."""
    came = between.writes(ADD, "CN=kind.%s," % kind)
    again = rows("select * from public.again where kind = 'create' and "
                 "person = '%s' order by attempts" % people[kind].id)
    if len(came) != len(delays) + 1 or len(again) != len(delays):
        return "it was sent %d times; %s" % (len(came), again)
    for i, (noted, delay) in enumerate(zip(again, delays)):
        # Stored to the millisecond.
        if not came[i] + delay - 0.001 <= noted["wanted"] <= \
                noted["at"] + delay + 0.001:
            return "%d: %s, sent at %f" % (i + 1, noted, came[i])
        if kind in WAITED and came[i + 1] < noted["wanted"]:
            return "%d: it was sent too early" % (i + 1)
    return ""


# --- again, and set aside -----------------------------------------------------

done = homeroom.run("sync", "school", ok=False)
check("the run says that somebody has to look", done.returncode != 1 and
      done.stderr.decode())
plan = homeroom.actions("plan", "1")
made = {a["person"]: a for a in plan if a["action"] == "create"}
for kind, (said, times, delays, end) in KINDS.items():
    a = made[people[kind].id]
    check("%d %s: again after %s seconds, then %s" % (*said, delays, end),
          wrong_times(kind, delays) or a["state"] != end and str(a) or
          end == "failed" and said[1] not in a["words"] and str(a))
check("the rest went on", made[people["whole"].id]["state"] != "done" and
      str(made[people["whole"].id]))
first = [a for a in plan if a["state"] == "failed"]
check("what is refused stands first", plan[:len(first)] != first)

# --- nobody knows ---------------------------------------------------------------

for name in "before", "after":
    p = people[name]
    controller.change("dn: %s\nchangetype: delete\n\n" % controller.entries(
        "(employeeNumber=%s)" % p.id)[0]["dn"][0])
people["whole"].family = "Changed"
school.write("bundle")
homeroom.run("import", "bundle")
hung_up, changes = [], []


def hang_up(tag, dn, message):
    kind = kind_of(dn)
    # Who is changed is named by the account's id.
    if tag == MODIFY and b"Kind Changed" in message:
        changes.append(dn)
        return (51, "busy") if len(changes) == 1 else None
    if tag == MODIFY and b"unicodePwd" in message and LATE not in hung_up:
        hung_up.append(LATE)
        return LATE
    if tag != ADD or kind not in (BEFORE, AFTER) or kind in hung_up:
        return None
    hung_up.append(kind)
    return kind


between.answer, between.seen = hang_up, []
done = homeroom.run("sync", "school", "--whole", ok=False)
check("nobody knows: it is done all the same",
      done.returncode and done.stderr.decode())
check("it was hung up on", sorted(hung_up) != [AFTER, BEFORE, LATE] and
      str(hung_up))

# The controller takes the password before the last for right as well, so it is
# not asked.
had = controller.passwords()
check("a password comes when another attempt has given one",
      not between.deliver() and "it was not answered")
check("it is the same one", len(had) < len(people) and "had: %d" % len(had) or
      sorted(controller.passwords()) != sorted(had) and "another")
for name, times in (BEFORE, 2), (AFTER, 1):
    came = len(between.writes(ADD, "CN=kind.%s," % name))
    check("hung up %s it was done: sent %d times" % (name, times),
          came != times and "%d times" % came)


def knock(name):
    """With the password that was kept."""
    page = "slips.%s.html" % name
    homeroom.run("password", "slips", "school", page, "--again")
    return controller.knock("kind." + name,
                            dict(slips(page))["kind." + name])


for name in BEFORE, AFTER:
    heard = knock(name)
    check("hung up %s it was done: the password that was kept is its" % name,
          heard != "773" and heard)
check("a change is done again when the directory was busy",
      len(changes) != 2 and str(changes))
school.night(today)
check("all is as rules say", differences(school, controller, today))
again = homeroom.actions("plan", "school")
check("nothing is left to plan", again and str(again))

# --- nobody ever knows ----------------------------------------------------------

student = school.join("student", today)
student.given, student.family = "Kind", "never"
school.write("bundle")
homeroom.run("import", "bundle")
between.answer = lambda tag, dn, message: (
    AFTER if tag == ADD else BEFORE if b"unicodePwd" in message else None)
done = homeroom.run("sync", "school", "--whole", ok=False)
check("nobody ever knows: somebody has to look", done.returncode != 1 and
      done.stderr.decode())
between.answer = lambda *_: None
homeroom.run("sync", "school", "--whole")
heard = knock("never")
check("the account that was made all the same has the password that was kept",
      heard != "773" and heard)
left = rows("select person from homeroom.password w join homeroom.account a "
            "using (directory, person) where held is not null")
check("of accounts that are there, none can be had back", left and str(left))
finish()
