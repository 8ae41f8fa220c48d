#!/bin/sh
# Whoever checks a bundle may be killed at any moment: the database that was
# made for it goes, with the data of children in it. HOMEROOM_TEST_SEED=N
# repeats.
# timeout: 300
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
unset HOMEROOM_HOME

seed=${HOMEROOM_TEST_SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
echo "# HOMEROOM_TEST_SEED=$seed"
random() { # below N, in $drawn
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	drawn=$((seed / 65536 % $1))
}

working() { # in a folder below ours, or in what one of ours points to
	for cwd in /proc/[0-9]*/cwd; do
		readlink "$cwd"
	done | grep -e "^$TMPDIR/homeroom-check" ${there:+-e "^$there"}
}

gone() {
	! ls -d "$TMPDIR"/homeroom-check.* >/dev/null 2>&1 && ! working &&
		{ [ -z "$there" ] || [ ! -e "$there" ]; }
}

nothing_left() { # NAME
	if soon gone; then
		ok "$1: nothing is left"
	else
		ls -lR "$TMPDIR" >out 2>&1
		not_ok "$1: nothing is left" "$(working)"
	fi
}

begun() { # the database lies there
	there=$(readlink -e "$TMPDIR"/homeroom-check.*/postgres)
}

there=""
mkdir tmp
chmod 711 tmp
TMPDIR=$PWD/tmp
export TMPDIR
"$HOMEROOM_BINARY" generate bundle --students 400 2>/dev/null
begin=$(date +%s%N)
exits 'undisturbed' 0 hr check bundle
took=$((($(date +%s%N) - begin) / 1000000))
nothing_left 'undisturbed'

for signal in KILL TERM KILL INT; do
	random "$took"
	# Not sh's: what it begins beside itself hears no SIGINT.
	timeout --signal=$signal "$((drawn / 1000)).$(printf %03d \
		$((drawn % 1000)))" "$HOMEROOM_BINARY" check bundle >out 2>&1
	nothing_left "$signal after $drawn ms"
done

# Where Postgres' user may not go, the database lies elsewhere.
chmod 700 tmp
"$HOMEROOM_BINARY" check bundle >out 2>&1 &
checking=$!
soon begun || not_ok 'elsewhere' 'it did not begin'
kill -9 $checking
wait $checking 2>/dev/null
nothing_left 'elsewhere'
