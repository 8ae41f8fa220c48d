#!/bin/bash
# Postgres is killed -9 under a running server: requests fail with 503 for a
# moment, nobody does anything, and they succeed again. HOMEROOM_TEST_SEED=N repeats.
set -u
export HOMEROOM_HOME=$PWD/var HOMEROOM_LOG=warn

"$HOMEROOM_BINARY" demo --port 0 --students 100 >out 2>log &
demo=$!
trap 'kill $demo; wait $demo' EXIT
for _ in $(seq 600); do
	grep -q '"ready":true' out && break
	sleep 0.1
done

field() {
	tail -n 1 out | sed "s/.*\"$1\":\"\([^\"]*\).*/\1/"
}

base=$(field baseUrl)
token=$(curl -s -u "$(field clientId):$(field clientSecret)" \
	-d grant_type=client_credentials "$base/oauth/token" |
	sed 's/.*"access_token":"\([^"]*\).*/\1/')

status() {
	curl -s -o "${1:-answer}" -w '%{http_code}' -H "Authorization: Bearer $token" \
		"$base/ims/oneroster/v1p1/orgs"
}

RANDOM=${HOMEROOM_TEST_SEED:=$RANDOM}
echo "# HOMEROOM_TEST_SEED=$HOMEROOM_TEST_SEED"

# Requests that are under way when it happens: each is answered.
ask_on() {
	for _ in $(seq 40); do
		case $(status "answer.$1") in
		200 | 503) ;;
		*) echo "not ok $1 under way: $(cat "answer.$1")" ;;
		esac
	done
}

for round in 1 2 3 4; do
	[ "$(status)" = 200 ] || {
		echo "not ok $round before: $(cat answer)"
		exit 1
	}
	ask_on $round &
	asking=$!
	sleep "0.$(printf %03d $((RANDOM % 400)))"
	kill -9 "$(head -n 1 var/postgres/data/postmaster.pid)"
	code=$(status)
	case $code in
	200 | 503) echo "ok $round while it is down: $code" ;;
	*) echo "not ok $round while it is down: $code $(cat answer)" ;;
	esac
	wait $asking
	good=0 # in a row: each worker has a connection of its own
	for _ in $(seq 300); do
		sleep 0.1
		if [ "$(status)" = 200 ]; then
			good=$((good + 1))
		else
			good=0
		fi
		[ $good = 10 ] && break
	done
	if [ $good = 10 ]; then
		echo "ok $round again"
	else
		echo "not ok $round again: $(tail -n 3 log)"
	fi
done
