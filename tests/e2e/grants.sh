#!/bin/sh
# Grants from YAML to what they share, by the program alone.
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"

refused() { # REASON, and a line of a grant
	printf 'kind: grant\nname: pub\n%s\n' "$2" >bad.yaml
	is "refused: $2" "homeroom: $1" "$(hr apply bad.yaml 2>&1)"
}

serve
hr generate d --students 300 >generate.log 2>&1
hr import d >import.log 2>&1
hr application create pub >pub.log 2>&1
hr application create other >other.log 2>&1
school=$(grep ',school,' d/orgs.csv | head -n 1 | cut -d, -f1)

refused "bad.yaml:3: a grant has no 'schols'" 'share: {schols: [x]}'
refused "bad.yaml:3: until must be a date, YYYY-MM-DD" 'until: 2027-02-30'
refused "bad.yaml:4: until 2026-06-30 is before from 2026-07-01" \
	"$(printf 'from: 2026-07-01\nuntil: 2026-06-30')"
refused "bad.yaml:3: givenName can't be omitted: every record has it" \
	'fields: {users: {givenName: omit}}'
refused "bad.yaml:3: enabled must be true or false" 'enabled: yes'
refused "bad.yaml:3: addresses must be addresses or networks, such as 192.0.2.0/24" \
	'addresses: [10.0.0.1/8]'
refused "bad.yaml:3: access: full shares everything, whatever share says: leave out one of them" \
	'access: full
share: {roles: [student]}'
refused "bad.yaml:3: share.sessions.before must be a number from 0 to 1000000" \
	'share: {sessions: {before: -1}}'
refused "there is no grant 'nobody'; \`homeroom get grant\` lists those that there are" \
	'like: nobody'

cat >grant.yaml <<END
kind: grant
name: pub
scopes: [roster.readonly]
until: 2099-06-30
share:
  schools: [$school]
  roles: [student]
fields:
  users: {email: omit}
END
classes=$(grep -c ",$school," d/classes.csv)
hr apply --dry-run grant.yaml >dry.log 2>&1
is 'a rehearsal tells what would be shared' "$classes" \
	"$(awk '$1 == "classes" { print $2 }' dry.log)"
is 'and changes nothing' 1 "$(hr versions -o csv | tail -n +2 | wc -l)"

printf 'kind: grant\nname: other\nnonsense: 1\n' >other.yaml
hr apply grant.yaml other.yaml >both.log 2>&1
is 'all of it or nothing' 1 \
	"$(hr versions -o csv | tail -n +2 | wc -l)"

is 'applied' 'grant pub: changed' "$(hr apply grant.yaml | head -n 1)"
is 'a version tells of it' 2 \
	"$(hr versions -o csv | tail -n +2 | wc -l)"
is 'applied again' 'grant pub: unchanged' \
	"$(hr apply grant.yaml | head -n 1)"
printf 'limits: {requestsPerMinute: 600}\n' | cat grant.yaml - >limits.yaml
is 'what it limits is changed' 'grant pub: changed' \
	"$(hr apply limits.yaml | head -n 1)"
is 'and no version tells of that, since nothing is shown otherwise' 2 \
	"$(hr versions -o csv | tail -n +2 | wc -l)"
hr get grant pub >back.yaml
is 'what is printed can be applied' 'grant pub: unchanged' \
	"$(hr apply back.yaml | head -n 1)"

printf 'kind: grant\nname: other\nlike: pub\nshare: {roles: [teacher]}\n' >copy.yaml
hr apply copy.yaml >copy.log 2>&1
is 'a copy shares the same schools' "$classes" \
	"$(awk '$1 == "classes" { print $2 }' copy.log)"
is 'and withholds the same fields' 1 \
	"$(hr get grant other | grep -c '"email": "omit"')"

printf 'kind: grant\nname: pub\nlike: pub\nfields: {users: {email: pseudonymise}}\n' >names.yaml
hr apply --dry-run names.yaml >names.log
is 'a rehearsal tells of pseudonyms' 'users.email a pseudonym' \
	"$(grep users.email names.log | tr -s ' ' | sed 's/^ //')"
is 'and that nobody comes or goes for them' '+0 -0' \
	"$(awk '$1 == "users" { print $3, $4 }' names.log)"
hr get grant pub --as other | hr apply /dev/stdin >as.log 2>&1
is 'a grant is copied by one command' \
	"$(hr get grant pub | sed 's/"name": "pub"//')" \
	"$(hr get grant other | sed 's/"name": "other"//')"

printf 'kind: grant\nname: pub\naccess: full\n' >full.yaml
hr apply full.yaml >full.log 2>&1
is 'what shared a part may share everything' \
	'grant pub: changed everything in its scopes' "$(xargs <full.log)"
is 'and a part again, of which all else left' "classes $classes" \
	"$(hr apply grant.yaml | awk '$1 == "classes" && $4 != "-0" {
		print $1, $2 }')"

hr audit --settings --limit 1 >audit.log
is 'the audit has what differs' '{"access": "full"}' \
	"$(grep -o '{"access": "full"}' audit.log)"
lacks 'and not all that is as it was' audit.log scopes

printf 'kind: grant\nname: other\nshare: {schools: [school-0001, school-9999], subjects: [Mathemagics]}\n' >slip.yaml
hr apply --dry-run slip.yaml >slip.log
is 'names that nothing has are told' \
	"share.schools: nothing has 'school-9999' share.subjects: nothing has 'Mathemagics'" \
	"$(sed -n 's/^  share/share/p' slip.log | xargs -d '\n')"

# A term of which every day is a day, and one long after it.
term=$(grep ',term,' d/academicSessions.csv | head -n 1)
during=$(date -u -d "$(echo "$term" | cut -d, -f6)" +%s)
afterwards=$((during + 700 * 86400))
printf 'kind: grant\nname: pub\nshare: {sessions: {before: 0, after: 0}}\n' \
	>near.yaml
near() { # CLOCK
	HOMEROOM_CLOCK=$1 "$HOMEROOM_BINARY" apply near.yaml |
		awk '$1 == "classes" { print ($2 > 0) }'
}
versions() { hr versions -o csv | tail -n +2 | wc -l; }
is_there() { [ "$(versions)" -ge "$1" ]; } # VERSION
turn() { # CLOCK, and the versions there should be then: the last one's note
	HOMEROOM_CLOCK=$1 "$HOMEROOM_BINARY" work >>work.log 2>&1 &
	soon is_there "$2"
	kill $!
	wait $!
	hr versions -o csv | sed -n 2p | grep -o 'another day'
}
is 'classes of the current terms' 1 "$(near "$during")"
count_now=$(versions)
is 'a day later they may be over' 'another day' \
	"$(turn "$afterwards" $((count_now + 1)))"
is 'and are not shared any more' 0 "$(near "$afterwards")"
is 'nor is there anything to do on another such day' \
	$((count_now + 1)) "$(versions)"

# Its last day is today where the day begins last, and over where it begins
# first: in between lie 25 hours.
last=$(TZ=Pacific/Pago_Pago date +%F)
printf 'kind: grant\nname: pub\nuntil: %s\n' "$last" >last.yaml
hr apply last.yaml >last.log 2>&1
lasting() { # ZONE
	printf 'kind: district\nname: default\ntimeZone: %s\n' "$1" >zone.yaml
	hr apply zone.yaml >zone.log 2>&1
	hr export --application pub z.zip >export.log 2>&1 && echo yes
}
is 'a grant lasts until the midnight of its district' yes \
	"$(lasting Pacific/Pago_Pago)"
is 'and no longer' '' "$(lasting Pacific/Kiritimati)"
printf 'kind: district\nname: default\ntimeZone: Atlantis\n' >zone.yaml
is 'a time zone that is none is refused' 1 \
	"$(hr apply zone.yaml 2>&1 | grep -c "no time zone 'Atlantis'")"

hr delete grant pub
is 'deleted, it shares nothing' 1 \
	"$(hr get grant pub | grep -c '"access": "none"')"
hr delete application pub
is 'no application, no grant' \
	"homeroom: there is no grant 'pub'; \`homeroom get grant\` lists those that there are" \
	"$(hr get grant pub 2>&1)"
