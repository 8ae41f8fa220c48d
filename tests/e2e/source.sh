#!/bin/sh
# timeout: 300
# Sources that settings describe: fetched when they are complete, from where
# they should be, on schedule; what can't be fetched harms nothing.
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/source.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/sftp.sh"
sftp_port='' sftp_host_key='' # sftp_make says

sftp_source() { # PATH [LINE…]
	path=$1
	shift
	source_of oneroster "url: sftp://127.0.0.1:$sftp_port$PWD/sftp/files/$path" \
		"user: $(id -un)" "hostKey: $sftp_host_key" \
		"keyFile: $PWD/sftp/key" "$@"
}

job_says() { hr jobs -o csv | grep -q ",source,sis,$1"; }

serve
hr generate day1 --students 100 >/dev/null 2>&1
hr generate day2 --students 100 --churn 5 --from day1 >/dev/null 2>&1
hr generate day3 --students 100 --churn 5 --from day2 >/dev/null 2>&1
hr generate day4 --students 100 --churn 5 --from day3 >/dev/null 2>&1

# --- on this machine ---------------------------------------------------------

refused '600 without settings' 'no settings describe a source'
mkdir in
source_of oneroster "path: $PWD/in" 'ready:' '  stableSeconds: 1'
refused '601 nothing there yet' "there is no file of .sis. yet at $PWD/in"
cp day1/* in/
taken '602 a folder' 'version 1$'
taken '603 nothing new' 'nothing changed'
source_of oneroster "path: $PWD/in.zip" 'ready:' '  marker: done'
(cd day2 && zip -q ../in.zip ./*)
refused '604 without its marker' "its marker 'done' is not there"
touch 'done'
taken '605 with it' 'version 2$'
source_of oneroster "path: $PWD/in.zip" 'ready:' '  stableSeconds: 2'
head -c 1000 in.zip >half
cp in.zip whole
cp half in.zip
(sleep 1; cp whole in.zip) &
refused '606 that still grows' 'is still growing'
wait $!
cp half in.zip
refused '607 cut off' 'zip'
is_live '608 harmed nothing' 2

# --- by SFTP -----------------------------------------------------------------

sftp_make
sftp_start
(cd day3 && zip -q "../sftp/files/a b.zip" ./*)
sftp_source 'a%20b.zip' 'ready:' '  stableSeconds: 0'
taken '620 a zip with a space in its name' 'version 3$'
mv 'sftp/files/a b.zip' sftp/files/roster.zip
sftp_source roster.zip 'ready:' '  stableSeconds: 0' 'archive:' '  keep: 2'
taken '621 the same again' 'nothing changed'
kept=$(find home/sources -path '*/archive/*' -name '20*' | wc -l)
is '621 the latest are kept' 2 "$kept"
mkdir sftp/files/csv
cp day4/* sftp/files/csv/
sftp_source csv/ 'ready:' '  marker: complete.txt'
refused '622 a folder without its marker' 'complete.txt'
touch sftp/files/csv/complete.txt
taken '623 with it' 'version 4$'
sed -i "s|^hostKey: .*|hostKey: $(ssh-keygen -lf sftp/other.pub | cut -d' ' -f2)|" source.yaml
hr apply source.yaml >/dev/null
refused '624 another host key' 'it is not who it should be'
sed -i '/^hostKey/d' source.yaml
hr apply source.yaml >/dev/null
refused '625 no host key' 'needs .hostKey.'
is '627 for nobody else to read' '' "$(find home/sources -perm /077)"

# sshd hands sessions to a server whose one file leads out of the folder.
sftp_stop
sed -i.plain "s|^ForceCommand.*|ForceCommand /usr/bin/python3 $HOMEROOM_TEST_SOURCE/tests/support/sftp_odd.py ../../planted.zip|" \
	sftp/config
sftp_start
sftp_source csv/ 'ready:' '  stableSeconds: 0'
refused '628 a name that leads elsewhere' 'in a way of its own'
found=$(find . -name 'planted*')
is '629 nothing was written there' '' "$found"
mv sftp/config.plain sftp/config
sftp_stop
sftp_start

# --- by HTTP -----------------------------------------------------------------

mkdir web
python3 -u -m http.server --bind 127.0.0.1 --directory web 0 >web.log 2>&1 &
web=$!
soon grep -q ' port ' web.log
web_port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' web.log)
source_of oneroster "url: http://127.0.0.1:$web_port/roster.zip"
refused '640 it is not there' 'status 404|no such file'
echo '<html><title>Please sign in</title></html>' >web/roster.zip
refused '641 a page instead of a zip' 'zip'
cp sftp/files/roster.zip web/roster.zip
taken '642 a zip' 'version 5$'
source_of oneroster "url: http://127.0.0.1:$web_port/roster.zip" 'ready:' '  marker: ready'
refused '643 without its marker' 'its marker'
kill "$web"
wait "$web" 2>/dev/null
refused '644 nobody answers' 'nobody answers'

# --- by the worker -----------------------------------------------------------

sftp_source csv/ 'ready:' '  marker: complete.txt' 'schedule: "* * * * *"' \
	'timeZone: Europe/Berlin'
sftp_stop
worker_starts 60
finished '660 it is away: another attempt' job_says waiting
worker_stops KILL
is_live '661 what was published stays' 5
sftp_start
worker_starts 180
finished '662 it is back' job_says 'done.*version 6'
worker_stops
sftp_stop
exits '663 its data are there' 1 hr delete source sis
says '663 says why it stays' err 'in use: it was imported from'

# --- settings ----------------------------------------------------------------

printf 'kind: source\nname: x\ntype: oneroster\n' >bad.yaml
exits '680 from nowhere' 1 "$HOMEROOM_BINARY" apply bad.yaml
says '680 says so' err 'needs either .path. or .url.'
printf 'kind: source\nname: x\ntype: oneroster\nurl: http://example.org/x\n' >bad.yaml
exits '681 readable on the way' 1 "$HOMEROOM_BINARY" apply bad.yaml
printf 'kind: source\nname: x\ntype: clay tablets\npath: /x\n' >bad.yaml
exits '682 of no known type' 1 "$HOMEROOM_BINARY" apply bad.yaml
