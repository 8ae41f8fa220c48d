#!/bin/sh
# timeout: 300
# People are told what happened: by mail and by webhook, once, in one message;
# what can't be sent is tried again, and stands in a list when it is given up.
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"
export HOMEROOM_KEY_FILE="$PWD/key"
head -c 32 /dev/urandom >key
chmod 600 key

sql() {
	psql -XqAt -v ON_ERROR_STOP=1 -h "$HOMEROOM_HOME/postgres" \
		-U homeroom_superuser -d homeroom -c "$1"
}

happens() { # KIND SUBJECT [TIMES]
	sql "select homeroom.put_event(1, '$1', '$2' || n,
		jsonb_build_object('reason', 'for no reason'), now())
	from generate_series(1, ${3:-1}) n" >/dev/null
}

came() { [ "$(find in -name "$1.*" | wc -l)" = "$2" ]; }

body_of() { # NUMBER: of a mail, decoded; its headers are in ./headers
	sed 's/\r$//' "in/mail.$1" | tee whole | sed '/^$/q' >headers
	sed '1,/^$/d' whole | base64 -d
}

tell() { # NAME LINE…
	name=$1
	shift
	{
		printf '%s\n' 'kind: notification' "name: $name"
		for line; do echo "$line"; done
	} >notice.yaml
	hr apply notice.yaml >out 2>err
}

# --- the other side ----------------------------------------------------------

openssl req -x509 -newkey rsa:2048 -nodes -keyout mail.key -out mail.pem \
	-days 2 -subj '/CN=127.0.0.1' -addext 'subjectAltName=IP:127.0.0.1' \
	>openssl.log 2>&1
mkdir in
/usr/bin/python3 "$HOMEROOM_TEST_SOURCE/tests/support/receiver.py" in \
	mail.pem mail.key >receiver.log 2>&1 &
receiver=$!
soon test -e in/ports
read -r safe plain hooks <in/ports || {
	sed 's/^/# /' receiver.log
	echo 'not ok receiver: it did not start'
	exit 1
}
serve

mail() { # NAME LINE…: by the way that is safe
	name=$1
	shift
	tell "$name" 'window: 0' 'mail:' "  server: smtp://127.0.0.1:$safe" \
		'  from: homeroom@district.example' \
		'  to: [ it@district.example, principal@district.example ]' \
		'  user: homeroom' '  password: sesame' \
		"  authorities: $PWD/mail.pem" "$@"
}

# --- by mail -----------------------------------------------------------------

mail it 'events: [ run.failed, import.refused ]' &&
	ok '500 settings' || not_ok '500 settings' "$(cat err)"
hr get notification it >out 2>err
says '500 the password is not shown' out '"password": *"sealed'
hr notification preview it >out 2>err
says '501 a preview' out '^Subject: Homeroom, default: 2 events$'
says '501 of each event' out 'An import was refused: example'
exits '502 a test' 0 hr notification test it
finished '502 came' came mail 1
mkdir bad
echo 'no,manifest' >bad/users.csv
hr import bad >out 2>err
printf '%s\n' 'kind: source' 'name: hr' 'type: csv' "path: $PWD/bad" \
	'schedule: "* * * * *"' 'ready: { stableSeconds: 0 }' 'files:' \
	'  users.csv:' '    feeds:' '      - entity: orgs' \
	'        fields: { sourcedId: { copy: id }, name: { copy: name }, type: { constant: school } }' \
	>hr.yaml
hr apply hr.yaml >out 2>err || not_ok 'the source' "$(cat err)"
worker_starts 60
told() { # KIND: of all events of that kind
	[ "$(sql "select count(*) > 0 and bool_and(m.sent is not null)
		from homeroom.event e join homeroom.notice n on n.event = e.id
		left join homeroom.message m on m.id = n.message
		where e.kind = '$1'")" = t ]
}
finished '503 an import was refused: somebody hears' told import.refused
finished '503 a run failed: somebody hears' told run.failed
sed -i '/^schedule/d' hr.yaml
hr apply hr.yaml >out 2>err
mails=$(find in -name 'mail.*' | wc -l)
body_of "$mails" >out
body_of 2 >>out
says '503 by whom to whom' headers \
	'^envelope homeroom@district.example > it@district.example principal@district.example'
says '503 it says which' headers '^Subject: Homeroom, default: '
says '503 a refused import' out 'An import was refused: source '
says '503 a run, and why' out 'users.csv has no column .name.'
happens run.failed 'source nr ' 400
finished '504 400 events' came mail $((mails + 1))
sleep 1
came mail $((mails + 1)) && ok '504 are one message' || not_ok '504 are one message' ''
body_of $((mails + 1)) >out
says '504 that counts them' headers 'A run failed, 400 times'
says '504 and lists the first' out 'source nr 100$'
says '504 and says so' out '^… and 300 more'
sql "select homeroom.put_event(1, 'run.failed',
	E'x\r\nBcc: evil@example.org\r\n\r\nInjected ü', '{}', now())" >/dev/null
finished '505 a subject with lines' came mail $((mails + 2))
body_of $((mails + 2)) >out
lacks '505 adds no header' headers '^Bcc'
lacks '505 and no text' headers '^Injected'
grep -q '^Subject: =?UTF-8?B?' headers && ok '505 letters are encoded' ||
	not_ok '505 letters are encoded' "$(cat headers)"
happens import.waiting 'nobody asked '
[ "$(sql "select count(*) from homeroom.event where kind = 'import.waiting'")" = 0 ] &&
	ok '506 what nobody asked for is not kept' ||
	not_ok '506 what nobody asked for is not kept' ''

# --- faults ------------------------------------------------------------------

state() { hr notification list "$1" -o csv | grep -qE "$2"; }

echo busy >in/mood
happens run.failed 'busy '
finished '510 not now: it waits' state it '^[0-9]+,it,waiting,1,1,.*451'
worker_stops
rm in/mood
worker_starts 100
finished '511 the next time it goes' came mail $((mails + 3))
echo never >in/mood
happens run.failed 'never '
finished '512 never: it is given up' state it ',it,failed,1,1,.*554'
rm in/mood
hr notification retry it --dry-run >out 2>err
says '513 tried only' out '^1 message would'
state it ',it,failed,1,1,.*554' >out 2>&1 || not_ok '513 it lies there' 'no'
hr notification retry it >out 2>err
says '513 tried again' out '^1 message will'
finished '513 it goes' came mail $((mails + 4))
echo one >in/mood
sed -i 's/principal@/nobody@/' notice.yaml
hr apply notice.yaml >out 2>err
happens run.failed 'one '
finished '514 one of two is refused: the other hears' came mail $((mails + 5))
finished '514 and it is said' state it ',it,sent,1,1,.*1 of 2 recipients'
rm in/mood
mail wrong 'events: [ run.failed ]'
sed -i 's/sesame/open/' notice.yaml
hr apply notice.yaml >out 2>err
exits '515 a wrong password' 1 hr notification test wrong
says '515 says so' err 'does not let us in'
lacks '515 and not which' err 'open'
mail wrong 'events: [ run.failed ]'
sed -i '/authorities/d' notice.yaml
hr apply notice.yaml >out 2>err
exits '516 a server of nobody known' 1 hr notification test wrong
says '516 says so' err 'not who it should be'
sed -i "/user:/d; /password:/d; s/:$safe/:$plain/" notice.yaml
hr apply notice.yaml >out 2>err
exits '517 a server without encryption' 1 hr notification test wrong
says '517 says so' err 'no encryption'
sed -i 's/^mail:/mail:\n  tls: none/' notice.yaml
hr apply notice.yaml >out 2>err
exits '518 unless that is wanted' 0 hr notification test wrong
finished '518 it came' came mail $((mails + 6))
hr delete notification wrong >out 2>err || not_ok '519 deleted' "$(cat err)"
happens run.failed 'nobody '
hr notification list wrong -o csv >out
lacks '519 a deleted one tells nobody' out 'wrong'

# --- by webhook --------------------------------------------------------------

hook() { # LINE…
	tell ops 'window: 0' 'events: [ import.waiting ]' 'webhook:' \
		"  url: http://127.0.0.1:$hooks/x" '  secret: between us' "$@" ||
		not_ok 'a webhook' "$(cat err)"
}
hook 'template:' '  subject: "{summary}, so it is"' '  body: |' '    {{{count}:' \
	'    {each}' '    * {subject} {reason}' '    {end}'
happens import.waiting 'it\"s "'
finished '530 a webhook is told' came hook 1
python3 - <<'PY' >out 2>err
import hashlib, hmac, json
kept = json.load(open("in/hook.1"))
headers, body = kept["headers"], kept["body"]
signed = headers["Homeroom-Timestamp"] + "." + body
digest = hmac.new(b"between us", signed.encode(), hashlib.sha256).hexdigest()
print("signed", headers["Homeroom-Signature"] == "sha256=" + digest)
said = json.loads(body)
print("summary", said["summary"])
print("text", repr(said["text"]))
print("events", [sorted(e) for e in said["events"]])
PY
says '531 signed' out '^signed True$'
says '531 a subject of its own' out '^summary An import waits for approval: it.*, so it is$'
says '531 a text of its own' out "^text '\\{1:..\\* it.*for no reason"
says '531 of the event no more than what it is' out "^events \[\['at', 'event', 'subject'\]\]$"
echo busy >in/mood
happens import.waiting 'busy '
finished '532 not now: it waits' state ops ',ops,waiting,1,1,.*503'
worker_stops
rm in/mood
worker_starts 200
finished '532 the next time it goes' came hook 2
echo never >in/mood
happens import.waiting 'never '
finished '533 never: it is given up' state ops ',ops,failed,1,1,.*404'
rm in/mood

# --- an import that waits -----------------------------------------------------

hr generate day1 --students 100 >/dev/null 2>&1
printf '%s\n' 'kind: source' 'name: sis' 'type: oneroster' "path: $PWD/day1" \
	'ready: { stableSeconds: 0 }' >sis.yaml
hr apply sis.yaml >out 2>err || not_ok 'the source' "$(cat err)"
hr import --source sis >out 2>err || not_ok 'the first reading' ''
mv day1/enrollments.csv all.csv
awk 'NR % 5 != 0' all.csv >day1/enrollments.csv
hr import --source sis >out 2>err && not_ok 'it waits' 'taken in'
finished '535 an import waits: somebody hears' came hook 3
python3 -c 'import json; print(json.loads(json.load(open("in/hook.3"))["body"])["text"])' >out 2>err
says '535 which, and why' out 'source sis .*enrollments'

# --- killed ------------------------------------------------------------------

echo busy >in/mood
happens run.failed 'killed '
finished '540 a message waits' state it ',it,waiting,'
worker_stops KILL
rm in/mood
worker_starts 400
finished '540 a worker that was killed loses none' came mail $((mails + 7))
finished '540 and knows that it was sent' told run.failed
worker_stops

# --- quiet -------------------------------------------------------------------

quiet() { # FROM UNTIL ZONE MOMENT
	sql "set timezone = 'UTC'; select homeroom.after_quiet(jsonb_build_object(
		'quiet', jsonb_build_object('from', '$1', 'until', '$2',
		'timeZone', '$3')), '$4+00')::timestamp"
}
{
	quiet 18:00 06:30 UTC '2026-03-01 12:00'
	quiet 18:00 06:30 UTC '2026-03-01 18:00'
	quiet 18:00 06:30 UTC '2026-03-02 06:29'
	quiet 18:00 06:30 UTC '2026-03-02 06:30'
	quiet 18:00 06:30 America/Chicago '2026-03-02 01:00'
	quiet 12:00 13:00 Europe/Berlin '2026-03-29 10:30'
	quiet 12:00 12:00 UTC '2026-03-01 12:00'
} >out 2>err
cat >wanted <<-'END'
	2026-03-01 12:00:00
	2026-03-02 06:30:00
	2026-03-02 06:30:00
	2026-03-02 06:30:00
	2026-03-02 12:30:00
	2026-03-29 11:00:00
	2026-03-01 12:00:00
END
cmp -s out wanted && ok '550 quiet hours' || not_ok '550 quiet hours' ''
from=$(date -u -d '-1 hour' +%H:%M) until=$(date -u -d '+1 hour' +%H:%M)
mail it 'events: [ run.failed ]' "quiet: { from: \"$from\", until: \"$until\" }"
happens run.failed 'quiet '
hr jobs --kind notify -o csv | sed -n 2p >out
says '551 nobody is woken' out ",waiting,0,0,[^,]*T$until:00"

# --- settings ----------------------------------------------------------------

mail it 'events: [ run.failed ]' 'template:' '  subject: "{summary}"' \
	'  body: "{each}{reason}{end}"' \
	'quiet: { from: "18:00", until: "06:00" }'
wrong '560 no address' notice.yaml 'it@district' 'it district' 'mail.to: .*must be an address'
wrong '561 two in one' notice.yaml 'from: homeroom@' 'from: a@b,c@' 'mail.from'
wrong '562 no such event' notice.yaml 'run.failed' 'run.walked' 'one of'
wrong '563 no such place' notice.yaml '{summary}' '{somebody}' 'template.subject'
wrong '564 no end' notice.yaml '{end}' '' 'has no {end}'
wrong '565 no time' notice.yaml '18:00' '6 pm' 'quiet.from'
wrong '566 no zone' notice.yaml 'until: "06:00"' 'until: "06:00", timeZone: Here' 'no time zone'
wrong '567 a password in clear' notice.yaml '^mail:' 'mail:\n  tls: none' 'only when'
wrong '568 both' notice.yaml '^mail:' 'webhook: { url: "https://x.example/" }\nmail:' 'either'
wrong '569 a subject of two lines' notice.yaml '"{summary}"' '"a\\nb"' 'one line'
serve_stop
kill "$receiver"
wait "$receiver" 2>/dev/null || :
