#!/bin/sh
# The server is killed -9 at random moments while publishers pull and a bundle
# is made: the next one starts by itself, takes the same token, and gives the
# same data. HOMEROOM_TEST_SEED=N repeats.
# timeout: 600
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"
export HOMEROOM_LOG=info
ROUNDS=6
base="" id="" secret="" # serve.sh says which

seed=${HOMEROOM_TEST_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
echo "# HOMEROOM_TEST_SEED=$seed"
random() { # below N, in $drawn
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	drawn=$((seed / 65536 % $1))
}

pull() { # everything that a publisher gets, in ./pulled
	curl -sf -o bundle.zip -H "$bearer" "$base/bundles/v1p2.zip" &&
		rm -rf files && unzip -q -d files bundle.zip &&
		sort files/*.csv >pulled &&
		curl -sf -H "$bearer" "$base$users?limit=10000" |
		sed "s|$base||g" >>pulled
}

users=/ims/oneroster/rostering/v1p2/users
"$HOMEROOM_BINARY" generate day0 --students 400 --seed 5 2>/dev/null
"$HOMEROOM_BINARY" import day0 >/dev/null 2>err || not_ok 'the import' 'failed'
application Reader --full
serve
token=$(curl -s -u "$id:$secret" -d grant_type=client_credentials \
	"$base/oauth/token" | sed 's/.*"access_token":"\([^"]*\).*/\1/')
bearer="Authorization: Bearer $token"
begin=$(date +%s%N)
pull && mv pulled want && ok 'undisturbed' || not_ok 'undisturbed' 'no pull'
took=$((($(date +%s%N) - begin) / 1000000))
find "$HOMEROOM_HOME/bundles" | sort >want.files

round=0
while [ $round -lt $ROUNDS ]; do
	round=$((round + 1))
	rm -f "$HOMEROOM_HOME"/bundles/*
	random "$took"
	name="killed after $drawn ms"
	pull >/dev/null 2>&1 &
	puller=$!
	sleep "$((drawn / 1000)).$(printf %03d $((drawn % 1000)))"
	kill -9 "$(cat serve.pid)"
	wait $puller "$(cat serve.pid)" 2>/dev/null
	serve
	if pull 2>err && cmp -s pulled want; then
		ok "$name: the same token gets the same data"
	else
		not_ok "$name: the same token gets the same data" 'it does not'
	fi
	find "$HOMEROOM_HOME/bundles" | sort >files.now
	if cmp -s files.now want.files; then
		ok "$name: nothing is left behind"
	else
		diff want.files files.now >out
		not_ok "$name: nothing is left behind" 'something is'
	fi
done
serve_stop
