#!/bin/sh
# The command line itself: help, exit codes, settings. What each subcommand
# does has tests of its own.
# threads: 1
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"

exits 'help' 0 "$HOMEROOM_BINARY" --help
says 'help lists the subcommands' out '^  describe +[A-Z]'
subcommands=$(sed -n 's/^  \([a-z]*\) .*/\1/p' out)

exits 'version' 0 "$HOMEROOM_BINARY" --version
says 'version is a number' out '^homeroom [0-9]+\.[0-9]+\.[0-9]+$'

exits 'no subcommand is wrong usage' 2 "$HOMEROOM_BINARY"
exits 'an unknown subcommand is wrong usage' 2 "$HOMEROOM_BINARY" teach
says 'and is named' err "'teach'"

for subcommand in $subcommands; do
	exits "$subcommand --help" 0 "$HOMEROOM_BINARY" "$subcommand" --help
	says "$subcommand --help shows its usage" out \
		"^usage: homeroom $subcommand"
	exits "$subcommand refuses an unknown flag" 2 \
		"$HOMEROOM_BINARY" "$subcommand" --no-such-flag
	says "$subcommand shows its usage then" err \
		"^usage: homeroom $subcommand"
done

exits 'a flag without its value' 2 "$HOMEROOM_BINARY" describe --openapi
exits 'a switch with a value' 2 "$HOMEROOM_BINARY" describe --sql=yes
exits 'an argument too many' 2 "$HOMEROOM_BINARY" describe --sql more
exits 'an argument too many after --' 2 "$HOMEROOM_BINARY" describe -- --sql

exits 'output that cannot be written' 1 sh -c \
	'"$HOMEROOM_BINARY" describe --sql >/dev/full'

case $subcommands in
*migrate*)
	exits 'an unknown setting stops the start' 1 \
		env HOMEROOM_LISTN=x "$HOMEROOM_BINARY" migrate
	says 'and is named' err 'unknown setting HOMEROOM_LISTN'
	exits 'a missing file of settings' 1 \
		"$HOMEROOM_BINARY" migrate --config no/such/file
	says 'and is named' err 'no/such/file'
	;;
esac
