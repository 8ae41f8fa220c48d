#!/bin/sh
# Grants from YAML to what they share, by the program alone.
set -u
homeroom=$HOMEROOM_BINARY
export HOMEROOM_HOME="$PWD/home"
count=0

check() { # WHAT EXPECTED GOT
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1: expected '$2', got '$3'"
	fi
}

refused() { # REASON, and a line of a grant
	printf 'kind: grant\nname: pub\n%s\n' "$2" >bad.yaml
	check "refused: $2" "homeroom: $1" "$("$homeroom" apply bad.yaml 2>&1)"
}

"$homeroom" generate d --students 300 >generate.log 2>&1
"$homeroom" import d >import.log 2>&1
"$homeroom" application create pub >pub.log 2>&1
"$homeroom" application create other >other.log 2>&1
school=$(grep ',school,' d/orgs.csv | head -n 1 | cut -d, -f1)

refused "bad.yaml:3: a grant has no 'schols'" 'share: {schols: [x]}'
refused "bad.yaml:3: until must be a date, YYYY-MM-DD" 'until: 2027-02-30'
refused "bad.yaml:3: givenName can't be omitted: every record has it" \
	'fields: {users: {givenName: omit}}'
refused "bad.yaml:3: enabled must be true or false" 'enabled: yes'
refused "bad.yaml:3: addresses must be addresses or networks, such as 192.0.2.0/24" \
	'addresses: [10.0.0.1/8]'
refused "bad.yaml:3: share.sessions.before must be a number from 0 to 1000000" \
	'share: {sessions: {before: -1}}'
refused "there is no application 'nobody'" 'like: nobody'

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
"$homeroom" apply --dry-run grant.yaml >dry.log 2>&1
check 'a rehearsal tells what would be shared' "$classes" \
	"$(awk '$1 == "classes" { print $2 }' dry.log)"
check 'and changes nothing' 1 "$("$homeroom" versions -o csv | tail -n +2 | wc -l)"

printf 'kind: grant\nname: other\nnonsense: 1\n' >other.yaml
"$homeroom" apply grant.yaml other.yaml >both.log 2>&1
check 'all of it or nothing' 1 \
	"$("$homeroom" versions -o csv | tail -n +2 | wc -l)"

check 'applied' 'grant pub: changed' "$("$homeroom" apply grant.yaml | head -n 1)"
check 'a version tells of it' 2 \
	"$("$homeroom" versions -o csv | tail -n +2 | wc -l)"
check 'applied again' 'grant pub: unchanged' \
	"$("$homeroom" apply grant.yaml | head -n 1)"
"$homeroom" get grant pub >back.yaml
check 'what is printed can be applied' 'grant pub: unchanged' \
	"$("$homeroom" apply back.yaml | head -n 1)"

printf 'kind: grant\nname: other\nlike: pub\nshare: {roles: [teacher]}\n' >copy.yaml
"$homeroom" apply copy.yaml >copy.log 2>&1
check 'a copy shares the same schools' "$classes" \
	"$(awk '$1 == "classes" { print $2 }' copy.log)"
check 'and withholds the same fields' 1 \
	"$("$homeroom" get grant other | grep -c '"email": "omit"')"

printf 'kind: grant\nname: pub\nlike: pub\nfields: {users: {email: pseudonymise}}\n' >names.yaml
"$homeroom" apply --dry-run names.yaml >names.log
check 'a rehearsal tells of pseudonyms' 'users.email a pseudonym' \
	"$(grep users.email names.log | tr -s ' ' | sed 's/^ //')"
check 'and that nobody comes or goes for them' '+0 -0' \
	"$(awk '$1 == "users" { print $3, $4 }' names.log)"
"$homeroom" get grant pub --as other | "$homeroom" apply /dev/stdin >as.log 2>&1
check 'a grant is copied by one command' \
	"$("$homeroom" get grant pub | sed 's/"name": "pub"//')" \
	"$("$homeroom" get grant other | sed 's/"name": "other"//')"

printf 'kind: grant\nname: pub\naccess: full\n' >full.yaml
"$homeroom" apply full.yaml >full.log 2>&1
check 'what shared a part may share everything' 'grant pub: changed' \
	"$(cat full.log)"
check 'and a part again, of which all else left' "classes $classes" \
	"$("$homeroom" apply grant.yaml | awk '$1 == "classes" && $4 != "-0" {
		print $1, $2 }')"

# A term of which every day is a day, and one long after it.
term=$(grep ',term,' d/academicSessions.csv | head -n 1)
during=$(date -u -d "$(echo "$term" | cut -d, -f6)" +%s)
afterwards=$((during + 700 * 86400))
printf 'kind: grant\nname: pub\nshare: {sessions: {before: 0, after: 0}}\n' \
	>near.yaml
near() { # CLOCK
	HOMEROOM_CLOCK=$1 "$homeroom" apply near.yaml |
		awk '$1 == "classes" { print ($2 > 0) }'
}
turn() { # CLOCK, and the versions there should be then: the last one's note
	HOMEROOM_CLOCK=$1 "$homeroom" work >>work.log 2>&1 &
	for _ in $(seq 300); do
		[ "$("$homeroom" versions -o csv | tail -n +2 | wc -l)" -lt "$2" ] ||
			break
		sleep 0.1
	done
	kill $!
	wait $!
	"$homeroom" versions -o csv | sed -n 2p | grep -o 'another day'
}
check 'classes of the current terms' 1 "$(near "$during")"
count_now=$("$homeroom" versions -o csv | tail -n +2 | wc -l)
check 'a day later they may be over' 'another day' \
	"$(turn "$afterwards" $((count_now + 1)))"
check 'and are not shared any more' 0 "$(near "$afterwards")"
check 'nor is there anything to do on another such day' \
	$((count_now + 1)) "$("$homeroom" versions -o csv | tail -n +2 | wc -l)"

# Its last day is today where the day begins last, and over where it begins
# first: in between lie 25 hours.
last=$(TZ=Pacific/Pago_Pago date +%F)
printf 'kind: grant\nname: pub\nuntil: %s\n' "$last" >last.yaml
"$homeroom" apply last.yaml >last.log 2>&1
lasting() { # ZONE
	printf 'kind: district\nname: default\ntimeZone: %s\n' "$1" >zone.yaml
	"$homeroom" apply zone.yaml >zone.log 2>&1
	"$homeroom" export --application pub z.zip >export.log 2>&1 && echo yes
}
check 'a grant lasts until the midnight of its district' yes \
	"$(lasting Pacific/Pago_Pago)"
check 'and no longer' '' "$(lasting Pacific/Kiritimati)"
printf 'kind: district\nname: default\ntimeZone: Atlantis\n' >zone.yaml
check 'a time zone that is none is refused' 1 \
	"$("$homeroom" apply zone.yaml 2>&1 | grep -c "no time zone 'Atlantis'")"

"$homeroom" delete grant pub
check 'deleted, it shares nothing' 1 \
	"$("$homeroom" get grant pub | grep -c '"access": "none"')"
"$homeroom" delete application pub
check 'no application, no grant' "homeroom: there is no grant 'pub'" \
	"$("$homeroom" get grant pub 2>&1)"
echo "1..$count"
