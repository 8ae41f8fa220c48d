#!/bin/sh
# Consumers' profiles: bundles as their importers want them, and the pre-flight
# that says which records these will not like.
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"

base='' # serve says

profile() { # NAME: of application P from now on
	printf 'kind: application\nname: P\nprofile: %s\n' "$1" >p.yaml
	exits "500 profile $1 is taken" 0 "$HOMEROOM_BINARY" apply p.yaml
}

bundle() { # FORMAT [FLAG…]: unpacked into ./got
	rm -rf got p.zip
	hr export --application P --format "$@" p.zip >out 2>err
	mkdir got
	unzip -q p.zip -d got
}

finds() { # NAME PROFILE PATTERN
	hr preflight P --profile "$2" -o csv >out 2>err
	says "$1" out "$3"
}

serve
hr generate d --students 100 >/dev/null 2>&1
# What importers dislike: two users with one username, a class that loses its
# teachers, an enrollment outside its terms.
python3 - <<'E2'
import csv

def change(name, how):
    path = f"d/{name}.csv"
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    head, rows = rows[0], [dict(zip(rows[0], r)) for r in rows[1:]]
    rows = how(rows)
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, head, lineterminator="\r\n")
        out.writeheader()
        out.writerows(rows)

def users(rows):
    named = [r for r in rows if r["username"]]
    named[1]["username"] = named[0]["username"].upper()
    return rows

def enrollments(rows):
    lonely = rows[0]["classSourcedId"]
    open("lonely", "w").write(lonely)
    rows = [r for r in rows
            if r["role"] != "teacher" or r["classSourcedId"] != lonely]
    early = next(r for r in rows if r["role"] == "student" and r["beginDate"])
    early["beginDate"] = "1999-01-01"
    open("early", "w").write(early["sourcedId"])
    return rows

change("users", users)
change("enrollments", enrollments)
E2
hr import d >out 2>err || not_ok 'import' "$(cat err)"
hr application create P --full >/dev/null 2>&1

# --- pre-flight --------------------------------------------------------------

finds '550 shared usernames' microsoft-sds 'users,2,error,same-username'
finds '551 no identifier' microsoft-sds 'users,[0-9]+,error,user-without-identifier'
finds '552 a class without a teacher' hmh "classes,1,error,class-without-teacher.*$(cat lonely)"
finds '553 an enrollment outside its terms' canvas "enrollments,1,warning,enrollment-outside-terms.*$(cat early)"
finds '554 what it will receive' canvas '^users,[0-9]+,,,will be received'
exits '555 fails when something would be refused' 1 "$HOMEROOM_BINARY" preflight P --profile hmh
exits '556 by its own profile' 0 "$HOMEROOM_BINARY" preflight P
exits '557 of nobody' 1 "$HOMEROOM_BINARY" preflight Q
for name in $(hr preflight --list -o csv | sed 1d | cut -d, -f1); do
	hr preflight P --profile "$name" -o json >out 2>err
	python3 -m json.tool <out >/dev/null 2>&1 && ok "558 $name runs" ||
		not_ok "558 $name runs" "$(cat err)"
done

# --- bundles -----------------------------------------------------------------

bundle 1.2
is '501 without a profile, quotes where needed' d "$(sed -n '2s/^\(.\).*/\1/p' got/orgs.csv)"
printf 'kind: application\nname: P\nprofile: clay\n' >p.yaml
exits '502 no such profile' 1 "$HOMEROOM_BINARY" apply p.yaml
says '502 says so' err "there is no profile 'clay'"
profile hmh
bundle 1.1
is '510 everything in quotes' '"' "$(sed -n '2s/^\(.\).*/\1/p' got/orgs.csv)"
is '511 a file for what has no rows, too' "$(find got -name '*.csv' ! -name manifest.csv | wc -l)" "$(cat got/*.csv | grep -c '^sourcedId,')"
is '512 as the manifest says' 0 "$(grep -c ',absent' got/manifest.csv)"
head -qn1 got/*.csv | grep -q 'metadata\.' && not_ok '513 no metadata' '' ||
	ok '513 no metadata'
profile mcgraw-hill
bundle 1.1
is '520 no other files' \
	'academicSessions.csv classes.csv courses.csv demographics.csv enrollments.csv manifest.csv orgs.csv users.csv' \
	"$(cd got && echo *)"
profile great-minds
hr generate e --students 100 --churn 3 --from d >/dev/null 2>&1
hr import e >out 2>err
bundle 1.2 --since 1
is '530 never a delta' 0 "$(grep -c ',delta' got/manifest.csv)"
id=$(hr application list -o csv | sed -n 's/^P,\([^,]*\),.*/\1/p')
hr application rotate P -o csv >made 2>/dev/null
secret=$(sed -n '2{s/\r//;p}' made | cut -d, -f3)
ask -u "$id:$secret" -d grant_type=client_credentials "$base/oauth/token"
token=$(sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p' body)
profile naviance
ask -H "Authorization: Bearer $token" "$base/bundles/v1p2.zip"
answers '540 by HTTP' 200
headed '540 under the name that it wants' 'filename="OneRosterv1p1BaseCSV.zip"'

# What a grant does not share is missing for every record.
printf 'kind: grant\nname: P\nfields:\n  users:\n    email: omit\nshare:\n  unenrolled: true\n' >g.yaml
hr application create R >/dev/null 2>&1
sed 's/^name: P/name: R/' g.yaml >r.yaml
exits '560 a grant' 0 "$HOMEROOM_BINARY" apply r.yaml
hr preflight R --profile canvas -o csv >out 2>err
says '561 what it does not share' out 'users,,warning,user-without-email,.*does not share users.email'
printf 'kind: grant\nname: R\nfields: {users: {email: pseudonymise, identifier: pseudonymise}}\n' >r.yaml
hr apply r.yaml >out 2>err
hr preflight R --profile google-classroom -o csv >out 2>err
says '562 what it shares by pseudonyms' out \
	'users,,error,teacher-without-email,.*does not share users.email as it is'
hr preflight R --profile microsoft-sds -o csv >out 2>err
lacks '563 which will do elsewhere' out 'users.identifier'

# --- answers over REST -------------------------------------------------------

pull() { ask -H "Authorization: Bearer $token" "$base/ims/oneroster/v1p1/$1"; }

profile canvas
pull 'users?limit=1&fields=enabledUser'
answers '570 1.1 has booleans' 200 '"enabledUser":(true|false)'
pull 'schools/nobody/classes'
answers '571 an unknown school' 404
profile classlink
pull 'users?limit=1&fields=enabledUser'
answers '572 as words' 200 '"enabledUser":"(true|false)"'
pull 'users?limit=1000&fields=enabledUser'
answers '573 in large pages, too' 200 '"enabledUser":"(true|false)"'
profile microsoft-sds
pull 'schools/nobody/classes'
answers '574 an unknown school has no classes' 200 '^\{"classes":\[\]\}$'
headed '574 none' '^x-total-count: 0$'
pull 'schools/nobody'
answers '575 and is still unknown' 404
serve_stop
