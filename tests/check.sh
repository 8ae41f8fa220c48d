# For test scripts: . "$HOMEROOM_TEST_SOURCE/tests/check.sh"
# What is left in ./out and ./err is the last command's; ./code its exit code.

hr() { "$HOMEROOM_BINARY" "$@"; }

ok() { # NAME
	echo "ok $1"
}

not_ok() { # NAME WHY: and what the last command said
	echo "not ok $1: $2"
	sed 's/^/# out: /' out 2>/dev/null | head -n 40
	sed 's/^/# err: /' err 2>/dev/null | head -n 40
}

# exits NAME CODE COMMAND…: the command ends with this exit code
exits() {
	name=$1 want=$2
	shift 2
	code=0
	"$@" >out 2>err </dev/null || code=$?
	echo "$code" >code
	if [ "$code" = "$want" ]; then
		ok "$name"
	else
		not_ok "$name" "exit code $code instead of $want"
	fi
}

# says NAME out|err PATTERN: a line of it matches (grep -E)
says() {
	if grep -qE -- "$3" "$2"; then
		ok "$1"
	else
		not_ok "$1" "no line of $2 matches $3"
	fi
}

# lacks NAME FILE PATTERN: no line of it matches
lacks() {
	if grep -qE -- "$3" "$2"; then
		not_ok "$1" "a line of $2 matches $3"
	else
		ok "$1"
	fi
}

# is NAME WANT GOT
is() {
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "$3 instead of $2"; fi
}

# does NAME PATTERN COMMAND…: it succeeds, and a line that it prints matches
does() {
	name=$1 pattern=$2
	shift 2
	if "$@" >out 2>err && grep -qE -- "$pattern" out; then
		ok "$name"
	else
		not_ok "$name" "it did not print $pattern"
	fi
}

# fails NAME PATTERN COMMAND…: it does, and a line of why matches
fails() {
	name=$1 pattern=$2
	shift 2
	if "$@" >out 2>err; then
		not_ok "$name" 'it succeeded'
	elif grep -qE -- "$pattern" err; then
		ok "$name"
	else
		not_ok "$name" "not for $pattern"
	fi
}

# soon COMMAND…: it succeeds, if not at once; a busy machine has time
soon() {
	for _ in $(seq 600); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1
	done
	return 1
}

# finished NAME COMMAND…: soon, by the worker whose log is ./work.log
finished() {
	name=$1
	shift
	if soon "$@"; then
		ok "$name"
	else
		hr jobs >out 2>&1
		cat work.log >err
		not_ok "$name" 'not within a minute'
	fi
}

# worker_starts [SECONDS]: one whose clock is so far ahead of ours
worker_starts() {
	HOMEROOM_CLOCK=$(($(date +%s) + ${1:-0})) "$HOMEROOM_BINARY" work \
		2>work.log &
	worker=$!
}

# worker_stops [SIGNAL]
worker_stops() {
	kill -s "${1:-TERM}" "$worker"
	wait "$worker" 2>/dev/null
}

worker_is_gone() { ! kill -0 "$worker" 2>/dev/null; }

# worker_ends NAME: when it is told to
worker_ends() {
	kill "$worker"
	finished "$1" worker_is_gone
}

# wrong NAME FILE FROM TO PATTERN: settings that differ so are refused, and why
wrong() {
	sed "s|$3|$4|" "$2" >bad.yaml
	cmp -s "$2" bad.yaml && not_ok "$1" 'the same'
	exits "$1" 1 hr apply bad.yaml
	says "$1: says so" err "$5"
}
