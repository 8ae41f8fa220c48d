# For test scripts: . "$HOMEROOM_TEST_SOURCE/tests/check.sh"
# What is left in ./out and ./err is the last command's; ./code its exit code.

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
