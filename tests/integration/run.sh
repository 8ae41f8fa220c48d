#!/bin/sh
# The runner of the tests: what it counts, what it takes for a failure, and
# that nothing outlives a test.
# threads: 1
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"

# A tree with a runner of its own, so that the logs of this run stay alone.
mkdir -p tree/tests tree/out/tests
cp "$HOMEROOM_TEST_SOURCE/tests/run" tree/tests/
ln -s "$(dirname "$HOMEROOM_BINARY")/tests/limit" tree/out/tests/limit
unset HOMEROOM_TEST HOMEROOM_TEST_CASE

program() { # NAME: a test program from standard input
	{
		echo '#!/bin/sh'
		cat
	} >"tree/$1"
	chmod +x "tree/$1"
}

run() { # the runner, over these programs
	(cd tree && HOMEROOM_TEST_MODE=${MODE:-release} tests/run out "$@")
}

program good <<'S'
echo 'ok one'
echo 'ok 2 - two'
echo 'skip three: no need'
echo 'not ok 4 # SKIP four'
S
program bad <<'S'
echo 'ok one'
echo 'not ok two: it is not'
S
echo 'exit 3' | program crashing
echo 'exit 0' | program silent
printf 'echo ok one\nkill -9 $$\n' | program killed
printf '# timeout: 1\necho ok one\nsleep 60\n' | program slow
printf '# threads: 1\necho not ok one\n' | program alone
printf 'setsid sleep 61 &\necho ok one\n' | program leaving

exits 'what passes' 0 run good
says 'the sum is the last line' out '^2 passed, 0 failed, 2 skipped$'
exits 'what fails' 1 run good bad
says 'the sum is over all' out '^3 passed, 1 failed, 2 skipped$'
says 'a failure is shown' out 'not ok two: it is not'
exits 'a crash' 1 run crashing
says 'a crash is a failure' out '^0 passed, 1 failed, 0 skipped$'
exits 'a program that runs nothing' 1 run silent
says 'running nothing is a failure' out 'ran nothing'
exits 'a program that is killed' 1 run killed
says 'is a failure' out '^1 passed, 1 failed, 0 skipped$'
exits 'a program that hangs' 1 run slow
says 'is ended' out 'its time was up'
exits 'a program that leaves something behind' 0 run leaving
if pgrep -f '^sleep 6[01]$' -P 1 >/dev/null; then
	not_ok 'nothing outlives its test' 'a sleep is still there'
else
	ok 'nothing outlives its test'
fi
MODE=tsan
exits 'threads, when one has none' 0 run good alone
says 'is told' out 'skip alone: one thread'
unset MODE
exits 'that one, otherwise' 1 run good alone
exits 'no program' 1 run
exits 'a pattern' 0 env HOMEROOM_TEST=goo sh -c \
	'cd tree && HOMEROOM_TEST_MODE=release tests/run out good bad'
