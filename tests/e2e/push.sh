#!/bin/sh
# Bundles brought to a publisher's SFTP server: whole, once, to the right one,
# on schedule, and again when it was away.
set -u
sftp_port='' sftp_host_key='' # sftp_make says
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/sftp.sh"

settings() { # HOST-KEY KEY-FILE [LINE…]: of application Reader
	printf '%s\n' 'kind: application' 'name: Reader' 'push:' \
		"  url: sftp://127.0.0.1:$sftp_port$PWD/sftp/files" \
		"  user: $(id -un)" "  hostKey: $1" "  keyFile: $2"
	shift 2
	for line; do echo "  $line"; done
}

job_is() { hr jobs --kind push -o csv | sed -n 2p | grep -q ",push,Reader,$1,"; }

pushed() { # NAME PATTERN
	does "$1" "$2" hr push Reader
}

refused() { # NAME PATTERN
	fails "$1" "$2" hr push Reader
}

serve
sftp_make
sftp_start
hr generate district --students 100 >/dev/null 2>&1
hr import district >/dev/null 2>&1
application Reader --full

refused '800 without settings' "has no .push. in its settings"
settings "$sftp_host_key" "$PWD/sftp/key" >push.yaml
hr apply push.yaml >/dev/null || not_ok '800 settings' 'not applied'

# --- to the right server, as the right user ---------------------------------

settings "$(ssh-keygen -lf sftp/other.pub | cut -d' ' -f2)" "$PWD/sftp/key" >bad.yaml
hr apply bad.yaml >/dev/null
refused '801 another host key' 'it is not who it should be'
settings "$sftp_host_key" "$PWD/sftp/stranger" >bad.yaml
hr apply bad.yaml >/dev/null
refused '802 a key it does not know' 'does not let us in'
settings "$sftp_host_key" "$PWD/sftp/none" >bad.yaml
hr apply bad.yaml >/dev/null
refused '803 no key' 'does not let us in'
is '804 nothing was brought' '' "$(ls sftp/files)"

# --- whole, and once ---------------------------------------------------------

hr apply push.yaml >/dev/null
does '805 a rehearsal' '^Reader: would bring version 1, bulk, [0-9]+ bytes to sftp://.*/oneroster.zip$' \
	hr push Reader --dry-run
is '806 brings nothing' '' "$(ls sftp/files)"
pushed '810 a bundle' '^Reader: version 1, bulk, [0-9]+ bytes$'
hr export --application Reader same.zip >/dev/null 2>&1
cmp -s same.zip sftp/files/oneroster.zip && ok '811 it is what is exported' ||
	not_ok '811 it is what is exported' "$(ls -l same.zip sftp/files)"
is '812 and nothing else' oneroster.zip "$(ls sftp/files)"
pushed '813 not again' 'version 1 was brought already'
hr generate next --students 100 --churn 5 --from district >/dev/null 2>&1
hr import next >/dev/null 2>&1
pushed '814 the next version in its place' '^Reader: version 2, bulk'
settings "$sftp_host_key" "$PWD/sftp/key" 'file: roster {date} v{version}.zip' \
	'format: 1.1' >named.yaml
hr apply named.yaml >/dev/null
pushed '815 under another name' '^Reader: version 2, bulk'
[ -s "sftp/files/roster $(date -u +%F) v2.zip" ] && ok '816 with the date' ||
	not_ok '816 with the date' "$(ls sftp/files)"
hr generate third --students 100 --churn 5 --from next >/dev/null 2>&1
hr import third >/dev/null 2>&1
settings "$sftp_host_key" "$PWD/sftp/key" 'delta: true' 'file: d.zip' >delta.yaml
hr apply delta.yaml >/dev/null
pushed '817 what changed since' '^Reader: version 3, delta'
unzip -p sftp/files/d.zip manifest.csv | grep -q 'file.users,delta' &&
	ok '818 as its manifest says' || not_ok '818 as its manifest says' ''

# --- by the worker -----------------------------------------------------------

settings "$sftp_host_key" "$PWD/sftp/key" 'schedule: "* * * * *"' \
	'file: nightly.zip' 'timeZone: America/Chicago' >nightly.yaml
hr apply nightly.yaml >/dev/null
sftp_stop
hr get application Reader | grep -q "\"timeZone\": \"America" &&
	ok '820 settings are kept' || not_ok '820 settings are kept' ''
# A minute passes at once.
worker_starts 60
finished '821 nobody answers: it waits for another attempt' job_is waiting
worker_stops KILL
sftp_start
worker_starts 180
finished '822 and is made later' test -s sftp/files/nightly.zip
finished '823 and is done' job_is 'done'
worker_stops
sed -i '/schedule/d' nightly.yaml
hr apply nightly.yaml >/dev/null
exits '824 it can be deleted' 0 hr delete application Reader
grep -q "$PWD/sftp/key\|BEGIN" work.log && not_ok '825 the log tells nothing' '' ||
	ok '825 the log tells nothing'

# --- settings ----------------------------------------------------------------

application Bad
for line in 'hostKey: MD5:ab' 'schedule: "61 * * * *"' 'file: ../x' \
	'url: ftp://host/' 'timeZone: Middle/Earth'; do
	{
		echo 'kind: application'
		echo 'name: Bad'
		echo 'push:'
		printf '  %s\n' 'url: sftp://h/' 'user: u' 'hostKey: "SHA256:x"' \
			'schedule: "0 3 * * *"' | grep -v "^  ${line%%:*}:"
		echo "  $line"
	} >bad.yaml
	exits "830 refused: $line" 1 hr apply bad.yaml
done
printf 'kind: application\nname: Bad\npush:\n  user: u\n' >bad.yaml
fails '831 what is missing' "bad.yaml:4: an application needs 'push.url'" \
	hr apply bad.yaml
sftp_stop
