#!/bin/sh
# The made-up district: whole, valid, the same again, and its next days.
# threads: 1
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
support=$HOMEROOM_TEST_SOURCE/tests/support

generate() { "$HOMEROOM_BINARY" generate "$@" >out 2>err </dev/null; }

# checks NAME DIR VERSION [LEAST MOST]: a valid bundle, and class sizes
checks() {
	awk -v version="$3" -v least="${4:-12}" -v most="${5:-32}" \
		-f "$support/bundle.awk" "$support/bundle.columns" \
		pass=1 "$2"/*.csv pass=2 "$2"/*.csv >out 2>err
	if [ -s out ] || [ -s err ]; then
		not_ok "$1" 'findings'
	else
		ok "$1"
	fi
}

# holds NAME COMMAND…
holds() {
	name=$1
	shift
	if "$@" >out 2>err; then
		ok "$name"
	else
		not_ok "$name" "$* says no"
	fi
}

rows() { echo $(($(wc -l <"$1") - 1)); }

between() { # LOW HIGH NUMBER
	awk "BEGIN { exit !($1 <= $3 && $3 <= $2) }"
}

# The share of rows, in percent, that are new, gone or changed.
churn() { # OLD NEW FILE
	LC_ALL=C awk -F, 'FNR == 1 { next }
		NR == FNR { old[$1] = $0; n++; next }
		!($1 in old) { differ++; next }
		{ seen++ }
		old[$1] != $0 { differ++ }
		END { print 100 * (differ + n - seen) / n }' \
		"$1/$3.csv" "$2/$3.csv"
}

# Rows that both have stand in the same order in both.
in_order() { # OLD NEW FILE
	LC_ALL=C awk 'NR == FNR { line[$0] = FNR; next }
		$0 in line {
			if (line[$0] < last)
				exit 1
			last = line[$0]
		}' "$1/$3.csv" "$2/$3.csv"
}

# --- a new district ----------------------------------------------------------

for students in 100 350 2000; do
	generate "n$students" --students $students
	checks "$students students are a valid bundle" n$students 1.2
	holds "$students students, no more" test \
		"$(grep -c ',student,' n$students/roles.csv)" = $students
	generate "o$students" --students $students --format 1.1
	checks "$students students are valid as 1.1" o$students 1.1
done
holds 'so many enrollments for each student' between 8 9.3 \
	"$(awk "BEGIN { print $(rows n2000/enrollments.csv) / 2000 }")"
holds 'so many results for each student' between 0.7 2 \
	"$(awk "BEGIN { print $(rows n2000/results.csv) / 2000 }")"
holds 'all files of 1.2' test "$(find n2000 -name '*.csv' | wc -l)" = 22
holds 'all files of 1.1' test "$(find o2000 -name '*.csv' | wc -l)" = 14

for file in users orgs academicSessions courses classes demographics; do
	holds "$file has empty cells, commas or quotes" \
		grep -qE ',,.*(,,|"[^"]*,|"")' n2000/$file.csv
done
for script in O\'Brien ñ ễ 王 佐 김 محمد Шевченко शर्मा Xiong ʻ; do
	holds "a name with $script" grep -q "$script" n2000/users.csv
done

generate again --students 350
holds 'the same numbers give the same bytes' diff -r n350 again
generate again --students 350 --seed 2
holds 'and replace what was there' test -f again/manifest.csv
holds 'another seed gives other people' between 150 250 \
	"$(churn n350 again users)"

generate y2019 --students 350 --year 2019
checks 'another school year is a valid bundle' y2019 1.2
holds 'and begins on a Monday in August' \
	grep -q '^sy2020,,,2019–2020 School Year,schoolYear,2019-08-19,' \
	y2019/academicSessions.csv
holds 'with the same people' diff n350/users.csv y2019/users.csv
generate y2019next --from y2019 --churn 5
checks 'whose next day is in that year' y2019next 1.2 5 40
holds 'and knows it' grep -q '^sy2020,' y2019next/academicSessions.csv

# --- the next days -----------------------------------------------------------

generate day0 --students 4000 --seed 3
generate day1 --from day0 --churn 5
checks 'the next day is a valid bundle' day1 1.2 5 40
for file in users enrollments; do
	holds "5 percent of $file are others" between 4 6 \
		"$(churn day0 day1 $file)"
	holds "the order of $file stays" in_order day0 day1 $file
done
generate again1 --from day0 --churn 5
holds 'the next day is the same again' diff -r day1 again1
generate day2 --from day1 --churn 1.5
checks 'so is the day after' day2 1.2 5 40
holds '1.5 percent of users are others' between 1 2 "$(churn day1 day2 users)"
cp -r day1 place
generate place --from place --churn 1.5
holds 'a district can be replaced by its next day' diff -r day2 place
generate other --from day1 --churn 1.5 --format 1.1
checks 'a next day can be of the other version' other 1.1 5 40
generate calm --from day2 --churn 0
rm -f calm/manifest.csv day2/manifest.csv
holds 'a day without churn changes nothing' diff -r day2 calm
generate long0 --students 300
for day in 1 2 3 4 5 6; do
	generate long$day --from long$((day - 1)) --churn 50
done
checks 'after days of much churn it is still valid' long6 1.2 1 60

mkdir late
printf '%s\r\n' propertyName,value oneroster.version,1.2 \
	'source.systemCode,made-up;seed=4;students=300;churn=20000x199' \
	>late/manifest.csv
generate late --from late --churn 2
checks 'the last day of the year is valid' late 1.2 3 60
exits 'and has no next' 1 "$HOMEROOM_BINARY" generate late --from late --churn 2
says 'because the year is over' err 'has had its 200 days'

# --- what is refused ---------------------------------------------------------

mkdir full foreign
echo mine >full/notes.txt
printf 'propertyName,value\r\nmanifest.version,1.0\r\n' >foreign/manifest.csv
exits 'a folder of other files' 1 \
	"$HOMEROOM_BINARY" generate full --students 100
says 'is named' err 'full holds files of other kinds'
exits 'a bundle that was not made up' 1 \
	"$HOMEROOM_BINARY" generate foreign --students 100
says 'is named too' err 'foreign holds a bundle that was not made up'
holds 'both are as they were' test -f full/notes.txt -a -f foreign/manifest.csv
exits 'a next day of a bundle that was not made up' 1 \
	"$HOMEROOM_BINARY" generate next --from foreign --churn 1
exits 'a next day of nothing' 1 \
	"$HOMEROOM_BINARY" generate next --from nowhere --churn 1
exits 'a next day of another district' 1 \
	"$HOMEROOM_BINARY" generate next --from day1 --churn 1 --seed 4
says 'says what it was made with' err '4000 students, seed 3 and year 2025'
exits 'more churn than a day can have' 1 \
	"$HOMEROOM_BINARY" generate next --from day1 --churn 51
exits 'too few students' 2 "$HOMEROOM_BINARY" generate next --students 99
exits 'churn without a district' 2 \
	"$HOMEROOM_BINARY" generate next --students 100 --churn 1
exits 'no such version' 2 \
	"$HOMEROOM_BINARY" generate next --students 100 --format 1.3
exits 'no such place' 1 \
	"$HOMEROOM_BINARY" generate no/such/place --students 100
# A full disk, but for the signal that the shell's limit would send.
exits 'a file that cannot be written to its end' 1 sh -c \
	'trap "" XFSZ; ulimit -f 64; "$HOMEROOM_BINARY" generate next --students 3000'
says 'and which one' err "can't write [A-Za-z]+.csv"
holds 'nothing of it is left' sh -c 'for f in next*; do ! test -e "$f"; done'
