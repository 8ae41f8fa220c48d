#!/bin/sh
# timeout: 600
# What sources do wrong: each time a clear finding, what was published stays,
# and the next reading is taken in.
# threads: 1
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/source.sh"
export HOMEROOM_LOG=error

version=0
taken_in() { # NAME: as the next version
	version=$((version + 1))
	taken "$1" "version $version\$"
}

withstood() { # NAME PATTERN: a fault, and what became of it
	refused "$1" "$2"
	is_live "$1: what was published stays" $version
}

next() { # DAY NUMBER: and the next reading is taken in
	source_is
	bundle "day$1"
	taken_in "$2 the next reading"
}

serve
hr generate day1 --students 200 --seed 8 >/dev/null 2>&1
for day in 2 3 4 5 6 7 8; do
	hr generate day$day --students 200 --churn 3 --from day$((day - 1)) \
		>/dev/null 2>&1
done
next 1 800

# --- a server that is slow, or worse --------------------------------------------------

openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -days 2 \
	-keyout key.pem -out certificate.pem >/dev/null 2>&1
(cd day2 && zip -q ../good.zip ./*)
cat >server.py <<'PYTHON'
import http.server, ssl, sys, threading, time

good = open("good.zip", "rb").read()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.send_response(200)
        self.end_headers()

    def do_GET(self):
        kind = self.path.split("/")[1]
        body = b"<html><title>Sign in</title></html>" if kind == "page" else good
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if kind in ("stalls", "breaks"):
            self.wfile.write(body[:len(body) // 2])
            self.wfile.flush()
            if kind == "stalls":
                time.sleep(300)
            self.close_connection = True
            self.connection.close()
            return
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def serve(secure):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("certificate.pem", "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


print(serve(False), serve(True), flush=True)
sys.stdin.read()
PYTHON
mkfifo hold
python3 server.py <hold >ports 2>server.err &
server=$!
exec 9>hold
soon test -s ports
read -r plain secure <ports

source_at() { # URL
	source_of oneroster "url: $1" 'ready: {stableSeconds: 0}'
}
source_at "http://127.0.0.1:$plain/stalls/roster.zip"
sed 's/^name: .*/name: slow/' source.yaml >slow.yaml
hr apply slow.yaml >out 2>err || not_ok 'settings' "$(cat err)"
hr import --source slow >slow.out 2>slow.err 9>&- &
slow=$!
source_at "http://127.0.0.1:$plain/breaks/roster.zip"
withstood '810 the connection breaks' 'it broke off'
source_at "http://127.0.0.1:$plain/page/roster.zip"
withstood '811 a page with status 200' 'no zip file, but a page of HTML'
source_at "https://127.0.0.1:$secure/good/roster.zip"
withstood '812 a certificate that nobody vouches for' 'not who it should be|certificate'
source_at "http://127.0.0.1:$plain/good/roster.zip"
taken_in '813 the next reading'

# --- files -------------------------------------------------------------------------------

next 3 820
echo '<html><title>Please sign in</title></html>' >in/users.csv
withstood '821 a page instead of CSV' 'users.csv.*column'
next 4 821
sed -i '1s/givenName/firstName/' in/users.csv
withstood '822 a column is called otherwise' 'users.csv.*(firstName|givenName)'
next 5 822
rm in/enrollments.csv
withstood '823 a file of the manifest is missing' 'there is a enrollments.csv, but the bundle has none'
next 6 823
size=$(wc -c <in/enrollments.csv)
head -c $((size / 2)) in/enrollments.csv >half
cp half in/enrollments.csv
exits '824 half a file: its end is no row' 0 hr import --source sis
says '824 so none is gone' out 'none is taken to be gone'
is_live '824 what was published stays' $version
sed '$d' half >in/enrollments.csv
withstood '825 half a file, cut between rows' 'enrollments.csv: .* would be removed.*It waits'
: >in/enrollments.csv
withstood '826 an empty file' 'enrollments.csv is empty'
head -n 1 day6/enrollments.csv >in/enrollments.csv
withstood '827 nothing but a header' 'enrollments.csv: .*100 %.* would be removed.*It waits'
next 7 828

# --- a million broken rows ------------------------------------------------------------------

commas=$(head -n 1 in/users.csv | tr -cd ,)
awk -v more="${commas#????}" 'BEGIN {
	for (i = 0; i < 1000000; i++)
		print "x" i ",,,perhaps," more
}' /dev/null >>in/users.csv
cat >measure.py <<'PYTHON'
import resource, subprocess, sys, time

began = time.monotonic()
code = subprocess.call(sys.argv[1:], stdout=open("out", "wb"),
                       stderr=open("err", "wb"))
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(code, peak, int(time.monotonic() - began))
PYTHON
measured=$(python3 measure.py "$HOMEROOM_BINARY" import --source sis)
# shellcheck disable=SC2086
set -- $measured
[ "$1" = 0 ] && ok '830 a million broken rows are set aside' ||
	not_ok '830 a million broken rows are set aside' "exit code $1"
says '830 all of them' out 'users.csv +bulk .* 1000000$'
says '830 with examples' out 'and 999997 more'
is_live '830 what was published stays' $version
[ "$(wc -l <out)" -lt 100 ] && ok '831 the report is short' ||
	not_ok '831 the report is short' "$(wc -l <out) lines"
case ${HOMEROOM_TEST_MODE:-release} in
release) most=150 ;;
*) most=2000 ;; # the sanitizers' own
esac
[ "$2" -lt $most ] && ok "831 in $2 MiB" || not_ok '831 memory' "$2 MiB"
[ "$3" -lt 120 ] && ok "831 in $3 s" || not_ok '831 time' "$3 s"
next 8 832

# --- and the slow one ----------------------------------------------------------------------

wait $slow
[ $? = 1 ] && ok '840 a server that stalls is given up' ||
	not_ok '840 a server that stalls is given up' "$(cat slow.err)"
cp slow.err err
says '840 says so' err 'took too long'
exec 9>&-
wait $server 2>/dev/null
