# For test scripts: . "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"
# Servers on ports of their own, over a home in this folder.
export HOMEROOM_HOME="$PWD/home" HOMEROOM_LISTEN=127.0.0.1:0

# serve [NAME]: starts one; $base is its address, ./NAME.log its log. As long
# as it runs no command starts Postgres: to do so takes most of a command's time.
serve() {
	served=${1:-serve}
	: >"$served.log"
	HOMEROOM_LOG=info "$HOMEROOM_BINARY" serve 2>"$served.log" </dev/null &
	echo $! >"$served.pid"
	serve_ready "$served"
}

# serve_ready NAME: waits until it listens
serve_ready() {
	for _ in $(seq 600); do
		port=$(sed -n 's/.* ready port=//p' "$1.log")
		[ -z "$port" ] || break
		kill -0 "$(cat "$1.pid")" 2>/dev/null || break
		sleep 0.1
	done
	base=http://127.0.0.1:$port
	[ -n "$port" ] || {
		echo "not ok serve: it did not start"
		sed 's/^/# /' "$1.log"
		exit 1
	}
}

# serve_stop [NAME]: as a person would; its exit code
serve_stop() {
	kill "$(cat "${1:-serve}.pid")"
	wait "$(cat "${1:-serve}.pid")"
}

# application NAME FLAG…: makes one; $id and $secret are its credentials
application() {
	"$HOMEROOM_BINARY" application create "$@" -o csv >made 2>made.err
	id=$(sed -n '2{s/\r//;p}' made | cut -d, -f2)
	secret=$(sed -n '2{s/\r//;p}' made | cut -d, -f3)
}

# ask CURL-ARGUMENT…: ./body, ./headers, and $status
ask() {
	status=$(curl -sS -D headers -o body -w '%{http_code}' "$@" 2>err) ||
		status="no answer"
}

# answers NAME STATUS [PATTERN]: of the last ask; a line of its body matches
answers() {
	cp body out 2>/dev/null
	if [ "$status" != "$2" ]; then
		not_ok "$1" "status $status instead of $2"
	elif [ $# -gt 2 ] && ! grep -qE -- "$3" body; then
		not_ok "$1" "the body does not match $3"
	else
		ok "$1"
	fi
}

# headed NAME PATTERN: a header of the last ask matches, in any case
headed() {
	if tr -d '\r' <headers | grep -qiE -- "$2"; then
		ok "$1"
	else
		cp headers out
		not_ok "$1" "no header matches $2"
	fi
}
