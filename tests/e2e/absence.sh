#!/bin/sh
# timeout: 600
# What it means that a record is missing, inactive or to be deleted, by the
# settings of its source and by the calendar.
# threads: 1
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/source.sh"
export HOMEROOM_LOG=error

export_all() {
	rm -f out.zip
	hr export --application Reader out.zip >/dev/null 2>err
}

counts() { # ENTITY PATTERN: its active records that match
	export_all
	unzip -p out.zip "$1.csv" | grep -cE -- "$2"
}

less() { # FROM TO USER: a bundle that does not know the user
	rm -rf "$2"
	cp -r "$1" "$2"
	for file in users roles enrollments demographics userProfiles \
		userResources results; do
		grep -vE "^$3,|,$3,|,$3\$" "$1/$file.csv" >"$2/$file.csv"
	done
	# Parents go on naming their child.
	grep -v "^$3," "$1/users.csv" >"$2/users.csv"
}

status() { # FROM TO USER STATUS: a delta that says so of the user
	rm -rf "$2"
	mkdir "$2"
	{
		head -n 1 "$1/users.csv"
		grep "^$3," "$1/users.csv" |
			sed "s/^\([^,]*\),,,/\1,$4,2026-09-01T00:00:00.000Z,/"
	} >"$2/users.csv"
	sed '/^file\./s/,.*/,absent/; s/^file.users,.*/file.users,delta/' \
		"$1/manifest.csv" >"$2/manifest.csv"
}

serve
hr generate day1 --students 300 --seed 5 >/dev/null 2>&1
user=$(grep ',student,' day1/enrollments.csv | head -n 1 | tr , '\n' |
	grep -xFf - day1/demographics.csv 2>/dev/null | head -n 1)
[ -n "$user" ] || user=$(sed -n 2p day1/demographics.csv | cut -d, -f1)
less day1 day2 "$user"

# --- missing from so many readings ------------------------------------------------

source_is 'absent: {after: 3}'
bundle day1
taken '640 the first reading' 'version 1$'
application Reader --full
had=$(counts enrollments ",$user,")
[ "$had" -gt 0 ] && ok '640 the user is enrolled' || not_ok '640 enrolled' "$user"
bundle day2
taken '641 missing once' 'nothing changed'
says '641 told so' out 'users.csv.* is missing; it is gone once .* 3 readings'
exits '641 a dry run counts for nothing' 0 hr import --source sis --dry-run
is '641 the user stays' 1 "$(counts users "^$user,")"
is '641 with what is theirs' "$had" "$(counts enrollments ",$user,")"
is '641 and roles' "$(grep -c ",$user," day1/roles.csv)" \
	"$(counts roles ",$user,")"
taken '642 missing twice' 'nothing changed'
bundle day1
taken '643 there again' 'nothing changed'
bundle day2
taken '643 missing once' 'nothing changed'
# A reading with a row that can't be read proves nothing of who is missing.
bundle day2
echo '"broken' >>in/users.csv
taken '644 not whole' 'nothing changed'
bundle day2
taken '645 missing twice' 'nothing changed'
is '645 the user stays' 1 "$(counts users "^$user,")"
taken '646 missing three times' 'version 2$'
is '646 the user is gone' 0 "$(counts users "^$user,")"
is '646 with what was theirs' 0 "$(counts enrollments ",$user,")"
bundle day1
taken '647 and comes back' 'version 3$'
is '647 the same' "$had" "$(counts enrollments ",$user,")"

# --- what is missing stays ---------------------------------------------------------

source_is 'missing: keep'
bundle day2
taken '650 kept' 'nothing changed'
says '650 told so' out 'users.csv.* is not in this file any more, and stays'
source_is
taken '651 not kept any more' 'version 4$'
is '651 the user is gone' 0 "$(counts users "^$user,")"
bundle day1
taken '652 back' 'version 5$'

# --- inactive, tobedeleted ----------------------------------------------------------

status day1 inactive "$user" inactive
status day1 deleted "$user" tobedeleted
bundle inactive
taken '660 inactive' 'nothing changed'
says '660 set aside' out 'bad_status'
source_is 'inactive: disable'
taken '661 disabled' 'version 6$'
is '661 the user' 1 "$(counts users "^$user,.*,false,")"
source_is 'inactive: remove'
taken '662 removed' 'version 7$'
is '662 the user' 0 "$(counts users "^$user,")"
bundle day1
taken '663 back' 'version 8$'
source_is 'tobedeleted: keep'
bundle deleted
taken '664 kept' 'nothing changed'
says '664 told so' out 'says tobedeleted, and stays'
source_is
taken '665 not kept' 'version 9$'
is '665 the user' 0 "$(counts users "^$user,")"
bundle day1
taken '666 back' 'version 10$'
# In a bulk file.
cp -r day1 bulk
awk -v u="$user" -F, -v OFS=, '$1 == u { $2 = "tobedeleted" } { print }' \
	day1/users.csv >bulk/users.csv
bundle bulk
taken '667 in a bulk file it is set aside' 'nothing changed'
says '667 told so' out 'status_in_bulk'
source_is 'tobedeleted: remove'
taken '668 or removed' 'version 11$'
is '668 the user' 0 "$(counts users "^$user,")"
source_is
bundle day1
taken '669 back' 'version 12$'

# --- windows -------------------------------------------------------------------------

at() { # DAY COMMAND…: on that day
	day=$1
	shift
	HOMEROOM_CLOCK=$(date -d "$day 12:00 UTC" +%s) "$@"
}

year=$(grep ',schoolYear,' day1/academicSessions.csv | head -n 1 | cut -d, -f6)
case $year in
20*) ;;
*) year=$(grep -oE '20[0-9]{2}-[0-9]{2}-[0-9]{2}' day1/academicSessions.csv |
	sort | head -n 1) ;;
esac
bundle day2
source_is 'windows: {exams: {from: 2027-05-10, until: 2027-05-21, take: nothing}}'
at 2027-05-21 taken '670 frozen' 'not taken in'
says '670 told so' err "while the window 'exams' lasts"
hr status >out 2>err
says '670 status tells' out 'sis: frozen'
is_live '670 nothing was taken in' 12
exits '671 by hand all the same' 0 env HOMEROOM_CLOCK="$(date -d 2027-05-12 +%s)" \
	"$HOMEROOM_BINARY" import --source sis --accept
is_live '671 taken in' 13
bundle day1
at 2027-05-22 taken '672 the day after' 'version 14$'
bundle day2
source_is 'windows: {holidays: {from: 12-20, until: 01-06, take: additions}}'
for day in 2027-12-20 2028-01-06; do
	at $day taken "673 nothing goes on $day" 'nothing changed'
	says "673 told so on $day" out "stays while the window 'holidays' lasts"
done
at 2028-01-07 taken '674 afterwards it goes' 'version 15$'
bundle day1
taken '674 back' 'version 16$'

# More may change when the year rolls over: of a district's window.
cp -r day1 fewer
awk 'NR % 5 != 0' day1/enrollments.csv >fewer/enrollments.csv
cat >district.yaml <<YAML
kind: district
name: default
windows:
  rollover:
    startOf: schoolYear
    before: 14
    after: 7
    limits: {others: {removed: any}, schools: {enrollments: any}}
YAML
hr apply district.yaml >out 2>err || not_ok '680 settings' "$(cat err)"
source_is
bundle fewer
for days in '-15' '+8'; do
	at "$(date -d "$year $days days" +%F)" \
		exits "680 $days days from the start of $year" 1 \
		"$HOMEROOM_BINARY" import --source sis
	says "680 $days days: it waits" err 'enrollments.csv: .* approve import-'
done
at "$(date -d "$year -14 days" +%F)" \
	taken "681 within the window" 'version 17$'
for bad in '{w: {from: 02-30, until: 03-01}}' '{w: {from: 01-01}}' \
	'{w: {startOf: weekend}}' '{w: {from: 01-01, until: 2027-01-01}}' \
	'{w: {endOf: term, take: some}}' '{w: {endOf: term, before: 1000}}' \
	'{w: {endOf: term, limits: {users: {removed: x}}}}'; do
	printf 'kind: source\nname: x\ntype: oneroster\npath: /x\nwindows: %s\n' \
		"$bad" >bad.yaml
	exits "690 no window: $bad" 1 hr apply bad.yaml
done
