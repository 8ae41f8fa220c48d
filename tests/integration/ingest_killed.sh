#!/bin/sh
# Importer and Postgres are killed at random moments: what was committed is
# there, whole, and the same import goes through afterwards. HOMEROOM_TEST_SEED=N
# repeats.
# timeout: 900
# threads: 1
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
export HOMEROOM_LOG=error
unset HOMEROOM_DATABASE_URL
ROUNDS=6
[ "$HOMEROOM_TEST_MODE" = release ] || ROUNDS=3

seed=${HOMEROOM_TEST_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
echo "# HOMEROOM_TEST_SEED=$seed"
random() { # below N, in $drawn
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	drawn=$((seed / 65536 % $1))
}

"$HOMEROOM_BINARY" generate day0 --students 1500 --seed 3 2>/dev/null
"$HOMEROOM_BINARY" generate day1 --churn 20 --from day0 2>/dev/null

import() {
	"$HOMEROOM_BINARY" import "$1" --accept 2>>err
}

export_to() { # FOLDER: what a publisher would download, in order
	rm -rf "$1" "$1.zip"
	"$HOMEROOM_BINARY" export --application all "$1.zip" >/dev/null &&
		mkdir "$1" && unzip -q -d "$1" "$1.zip" && rm "$1.zip" &&
		for file in "$1"/*.csv; do sort -o "$file" "$file"; done
}

last() {
	"$HOMEROOM_BINARY" versions -o csv | sed -n '2s/,.*//p'
}

# A home that nobody disturbs says what there should be.
export HOMEROOM_HOME="$PWD/calm"
import day0 >/dev/null && "$HOMEROOM_BINARY" application create all --full \
	>/dev/null && export_to want0 && import day1 >/dev/null &&
	export_to want1 && ok 'undisturbed' || not_ok 'undisturbed' 'failed'

export HOMEROOM_HOME="$PWD/home"
import day0 >/dev/null && "$HOMEROOM_BINARY" application create all --full \
	>/dev/null || not_ok 'the first import' 'failed'
begin=$(date +%s%N)
import day1 >/dev/null
took=$((($(date +%s%N) - begin) / 1000000))
import day0 >/dev/null
version=$(last)

sleep_ms() {
	sleep "$(($1 / 1000)).$(printf %03d $(($1 % 1000)))"
}

postmaster() { # whose data lie below this home
	for file in "$HOMEROOM_HOME"/postgres/*/postmaster.pid \
		"$HOMEROOM_HOME"/postgres/postmaster.pid; do
		[ ! -f "$file" ] || sed -n 1p "$file"
	done
}

round=0
while [ $round -lt $ROUNDS ]; do
	round=$((round + 1))
	what=importer
	random 2
	[ $drawn = 0 ] || what=Postgres
	random "$took"
	after=$drawn
	import day1 >/dev/null 2>&1 &
	importer=$!
	sleep_ms "$after"
	if [ $what = importer ]; then
		kill -9 $importer 2>/dev/null
	else
		# shellcheck disable=SC2046
		kill -9 $(postmaster) 2>/dev/null
	fi
	wait $importer 2>/dev/null
	name="$what killed after $after ms"

	# What the importer had asked for when it was killed may yet go through.
	for _ in $(seq 60); do
		now=$(last)
		export_to got && [ "$(last)" = "$now" ] && break
	done
	case $now in
	"$version") want=want0 ;;
	$((version + 1))) want=want1 ;;
	*) want=none ;;
	esac
	if diff -r $want got >out 2>err; then
		ok "$name: version $now is whole"
	else
		not_ok "$name: version $now is whole" "it is not $want"
	fi
	import day1 >out 2>err || not_ok "$name: again" 'import failed'
	if export_to got && diff -r want1 got >out 2>err; then
		ok "$name: and again"
	else
		not_ok "$name: and again" 'it is not as it should be'
	fi
	import day0 >/dev/null
	version=$(last)
done
"$HOMEROOM_BINARY" status >out 2>&1
says 'killed imports are known as such' out 'committed'
