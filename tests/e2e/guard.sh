#!/bin/sh
# timeout: 600
# What guards the roster against its sources: limits, imports that wait for a
# person, absence, and the windows of the year.
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/source.sh"
export HOMEROOM_LOG=error

count() { # ENTITY: how many of it are active
	rm -rf out.zip
	hr export --application Reader out.zip >/dev/null 2>err
	unzip -p out.zip "$1.csv" | tail -n +2 | wc -l
}

without() { # FROM TO FILE PATTERN: a bundle less the lines that match
	rm -rf "$2"
	cp -r "$1" "$2"
	grep -vE "$4" "$1/$3" >"$2/$3"
}

waits() { # NAME PATTERN: an import from the source waits; $id is its name
	refused "$1" "$2"
	id=$(hr approve -o csv | sed -n '2s/,.*//p')
}

serve
hr generate day1 --students 300 --seed 5 >/dev/null 2>&1
hr generate day2 --students 300 --churn 3 --from day1 >/dev/null 2>&1
school=$(cut -d, -f1 day1/orgs.csv | grep school | head -n 1)
source_is
bundle day1
taken '600 the first reading' 'version 1$'
application Reader --full

# --- limits --------------------------------------------------------------------

# Of every five enrollments one is gone.
rm -rf fewer
cp -r day1 fewer
awk 'NR % 5 != 0' day1/enrollments.csv >fewer/enrollments.csv
bundle fewer
waits '610 a fifth of the enrollments' 'enrollments.csv: .*19 %.*more than 10 %.*approve import-'
is_live '610 nothing was taken in' 1
exits '611 it is listed' 0 hr approve
says '611 with its source and reason' out "^$id +sis .*enrollments.csv: "
hr status >out 2>err
says '611 status tells' out "waits +$id of sis"
exits '612 what would change' 0 hr approve "$id" --show
says '612 by person' out '^  removed  enrollments/'
exits '612 as CSV' 0 hr approve "$id" --show -o csv
lines=$(grep -c ',enrollments,.*,removed,class,' out)
gone=$(($(wc -l <day1/enrollments.csv) - $(wc -l <fewer/enrollments.csv)))
[ "$lines" = "$gone" ] && ok '612 all of it' ||
	not_ok '612 all of it' "$lines of $gone"
exits '612 as a page' 0 hr approve "$id" --show -o html
[ "$(grep -c '<tr>.*<td>enrollments<td>.*<td>removed<td>class<td>' out)" = "$gone" ] &&
	ok '612 all of it there' || not_ok '612 all of it there' ''
exits '612 as JSON' 0 hr approve "$id" --show -o json
python3 -c 'import json; assert len(json.load(open("out"))["changes"]) >= int("'"$gone"'")' 2>err &&
	ok '612 all of it in JSON' || not_ok '612 all of it in JSON' ''
is_live '612 and changes nothing' 1
exits '613 taken' 0 hr approve "$id"
is_live '613 once' 2
exits '614 not twice' 1 hr approve "$id"
says '614 says so' err 'does not wait: .homeroom approve. lists what does'
is_live '614 no version more' 2
kept=$(find home/sources -path '*/waiting/*' -type f | wc -l)
[ "$kept" = 0 ] && ok '614 nothing is left of it' || not_ok '614 left' "$kept"

# The limit is what it was.
bundle day1
taken '615 they come back' 'version 3$'
bundle fewer
waits '615 as strict as before' '19 %'

# --- what was listed is what is taken ---------------------------------------------

# The roster moves meanwhile: some of these enrollments go by hand.
without day1 other enrollments.csv "$(sed -n 5p day1/enrollments.csv | cut -d, -f1)"
first=$id
exits '621 by hand it supersedes' 0 hr import other --source sis
exits '621 the older one is not taken' 1 hr approve "$first"
says '621 says so' err 'does not wait: .homeroom approve. lists what does'
bundle fewer
waits '622 waits' '19 %'
first=$id
hr rollback 3 >out 2>err || not_ok '622 rollback' ''
version=$(live)
exits '623 the roster has changed' 1 hr approve "$first"
says '623 it waits again' err 'has changed since'
id=$(hr approve -o csv | sed -n '2s/,.*//p')
[ "$id" != "$first" ] && ok '623 under another name' || not_ok '623 name' "$id"
is_live '623 nothing was taken in' "$version"
exits '624 as it is listed now' 0 hr approve "$id"
is_live '624 taken' $((version + 1))
bundle day1
taken '625 back' "version $((version + 2))\$"
bundle fewer
waits '626 waits' '19 %'
exits '626 dropped' 0 hr approve "$id" --drop
exits '626 for good' 1 hr approve "$id"
is_live '626 nothing was taken in' $((version + 2))
waits '627 waits' '19 %'
bundle day1
taken '627 a newer reading' 'nothing changed'
[ "$(hr approve -o csv | wc -l)" = 1 ] && ok '627 supersedes it' ||
	not_ok '627 supersedes it' "$(hr approve)"
version=$(live)

# --- schools --------------------------------------------------------------------

# A school of several loses most of its classes' people, and a school goes.
rm -rf school
cp -r day1 school
grep -v ",$school," day1/enrollments.csv >school/enrollments.csv
source_is 'limits: {others: {removed: any}}'
bundle school
waits '630 a school is emptied' "school $school: .*enrollments .*lost.*more than 50 %"
source_is 'limits: {others: {removed: any}, schools: {enrollments: any, students: any, classes: any}}'
without day1 gone orgs.csv "^$school,"
bundle gone
waits '631 a school goes' 'orgs.csv: 1 of [0-9]+ schools'
source_is 'limits:' '  users: {changed: 1, added: [any, 5 %]}'
bundle day2
waits '632 more users than one are changed' 'users.csv: .* would be changed, which is more than 1'
source_is 'limits: {users: {disabled: 2}}'
rm -rf disabled
cp -r day1 disabled
awk -F, -v OFS=, 'NR > 1 && NR < 5 { $4 = "false" } { print }' \
	day1/users.csv >disabled/users.csv
bundle disabled
waits '633 more are disabled than two' 'would be disabled, which is more than 2'
is_live '634 nothing was taken in' "$version"
exits '635 by hand' 1 hr import fewer --source sis
says '635 how to go on' err 'dry-run --changes.*--accept'
exits '635 dry run' 1 hr import fewer --source sis --dry-run --changes -o csv
says '635 lists it' out ',enrollments,.*,removed,'
exits '635 accepted' 0 hr import fewer --source sis --accept
exits '635 back' 0 hr import day1 --source sis --accept
for bad in 'limits: {users: {removed: ten}}' 'limits: {user: {removed: 1}}' \
	'limits: {users: {vanished: 1}}' 'limits: {schools: {removed: 101 %}}'; do
	printf 'kind: source\nname: x\ntype: oneroster\npath: /x\n%s\n' "$bad" >bad.yaml
	exits "636 no limit: $bad" 1 hr apply bad.yaml
done

# --- by the worker --------------------------------------------------------------------

source_is 'schedule: "* * * * *"'
bundle fewer
version=$(live)
worker_starts 60
is_done() { hr jobs -o csv | grep ',source,sis,done'; }
finished '640 the run is done' is_done
worker_stops
hr jobs -o csv >out 2>err
says '640 and says that it waits' out 'import-[0-9]+ waits: enrollments.csv'
is_live '640 nothing was taken in' "$version"
id=$(hr approve -o csv | sed -n '2s/,.*//p')
exits '641 approved' 0 hr approve "$id"
is_live '641 taken in' $((version + 1))
