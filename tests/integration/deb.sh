#!/bin/sh
# The Debian package: systemd takes its unit, and the unit's command starts
# with what the package brings, as a user who may nothing else.
# threads: 1
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL MODE # of the make that runs the tests

for tool in dpkg-deb dpkg-shlibdeps; do
	[ "$HOMEROOM_TEST_MODE" = release ] && command -v $tool >/dev/null || {
		echo 'skip package: needs dpkg-dev, and a plain build'
		exit 0
	}
done
build=$(dirname "$HOMEROOM_BINARY")
# Named as in the build, or all of it is built anew under the other tests.
exits 'the package is made' 0 sh -c "cd '$HOMEROOM_TEST_SOURCE' &&
	sh packaging/deb.sh '${build#"$HOMEROOM_TEST_SOURCE/"}'"
dpkg-deb -x "$(find "$build" -maxdepth 1 -name 'homeroom_*.deb')" root
chmod o+r root/etc/homeroom.conf # the service reads it by its group

# As it will be, but for where it lies.
sed "s|=/usr/bin|=$PWD/root/usr/bin|; s| /etc/| $PWD/root/etc/|" \
	root/usr/lib/systemd/system/homeroom.service >homeroom.service
if command -v systemd-analyze >/dev/null; then
	exits 'systemd takes the unit' 0 \
		systemd-analyze verify --man=no "$PWD/homeroom.service"
	[ ! -s err ] && ok 'and warns of nothing' ||
		not_ok 'and warns of nothing' 'it does'
else
	echo 'skip unit: needs systemd'
fi

mkdir -m 700 var
as=
if [ "$(id -u)" = 0 ]; then
	chown 65534:65534 var
	as='setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs'
fi
# shellcheck disable=SC2046,SC2086 # lists of words
env -i PATH="$PATH" HOMEROOM_HOME="$PWD/var" HOMEROOM_LISTEN=127.0.0.1:0 \
	$as $(sed -n 's/^ExecStart=//p' homeroom.service) >out 2>err </dev/null &
service=$!
for _ in $(seq 600); do
	port=$(sed -n 's/.* ready port=//p' err)
	[ -z "$port" ] && kill -0 $service 2>/dev/null || break
	sleep 0.1
done
says 'the command of the unit starts' err ' ready port='
curl -sf "http://127.0.0.1:$port/readyz" >/dev/null && ok 'and is ready' ||
	not_ok 'and is ready' 'it is not'
kill $service
wait $service && ok 'and ends when it is told to' ||
	not_ok 'and ends when it is told to' "exit code $?"
