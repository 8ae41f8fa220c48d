#!/bin/sh
# timeout: 300
# A database as a source: PostgreSQL by itself and through ODBC. What its
# queries answer becomes a roster, whole or not at all.
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/source.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/postgres.sh"
there_socket='' there_port='' # there_make says

exported() { # what an application is given
	hr export --application reader made.zip >out 2>err ||
		not_ok 'export' "$(cat err)"
	for file in orgs users roles academicSessions; do
		unzip -p made.zip $file.csv >$file.csv 2>/dev/null
	done
}

queries() {
	cat <<-'YAML'
		queries:
		  orgs: select id as "sourcedId", name, 'school' as type from sis.school
		  academicSessions: >
		    select 'y' || year as sourcedid, 'Year ' || year as title,
		    'schoolYear' as type, began as startdate, ended as enddate,
		    year as schoolyear from sis.year
		  users:
		    sql: |
		      -- Whoever has a login, ü and all.
		      select 'p' || id as sourcedId, active as enabledUser,
		        login as username, given as givenName, family as familyName,
		        number as identifier, mail as email, state as "metadata.state",
		        seen as "metadata.seen", share as "metadata.share"
		      from sis.person
		    count: select count(*) from sis.person
		  jobs:
		    sql: select * from sis.job
		    feeds:
		      - entity: roles
		        fields:
		          sourcedId: { concat: [ job-, { copy: Id } ] }
		          userSourcedId: { concat: [ p, { copy: person } ] }
		          orgSourcedId: { copy: SCHOOL }
		          roleType: { constant: primary }
		          role: [ { copy: title }, { lookup: { table: { Teacher: teacher, Head: principal } } } ]
		          beginDate: [ { copy: hired }, { date: YYYY-MM-DD* } ]
	YAML
}

database_is() { # ROUTE [LINE…]: the settings of the source
	case $1 in
	postgres)
		database="postgresql:///postgres?host=$there_socket&port=$there_port"
		;;
	odbc)
		database="Driver={PostgreSQL Unicode};Servername=$there_socket;Port=$there_port;Database=postgres;UseDeclareFetch=1;Fetch=1000"
		;;
	esac
	shift
	source_of sql "database: $database" 'user: reader' \
		"passwordFile: $PWD/reader.password" "$@" "$(cat queries.yaml)"
}

there_make || {
	sed 's/^/# /' initdb.log there/log 2>/dev/null
	echo 'not ok a server: it did not start'
	exit 1
}
there "
create schema sis;
create table sis.school (id character(8), name text);
create table sis.year (year int, began timestamp, ended date);
create table sis.person (id int, active boolean, login text, given text,
	family varchar(200), number numeric(20, 4), mail text, state \"char\",
	seen timestamptz, share double precision);
create table sis.job (id int, person int, school character(8), title text,
	hired timestamp);
insert into sis.school values ('n1', 'North'), ('s1', 'South, \"the\" other');
insert into sis.year values (2027, '2026-08-10 00:00', '2027-06-01');
insert into sis.person values
	(1, true, 'jm', 'José', 'Muñoz-Peña', 1001.0000, 'jm@example.org', 'x',
		'2026-03-01 08:15:00.5+01', 0.5),
	(2, false, 'ag', 'Ä 𝒢', E'Groß\nDr.', 1002.5, '', null, null, null),
	(3, null, 'bs', '  ', 'O''Brien', null, null, 'y', null, 1e30);
insert into sis.job values (1, 1, 'n1', 'Teacher', '2019-08-01'),
	(2, 2, 's1', 'Head', '2001-02-15 13:00');
grant usage on schema sis to reader;
grant select on all tables in schema sis to reader;
alter default privileges in schema sis grant select on tables to reader"
queries >queries.yaml

both() { # NUMBER VERSION: one database, the same roster
	n=$1
	taken "${n}0 everything" "version $2\$"
	says "${n}0 people" out 'users.csv +bulk +3 '
	says "${n}0 mapped by rules" out 'roles.csv +bulk +2 '
	exported
	says "${n}1 names in their own letters" users.csv '^"?p1.*,José,Muñoz-Peña,'
	says "${n}1 beyond the first plane" users.csv 'Ä 𝒢'
	says "${n}1 a number without needless zeros" users.csv '^"?p1"?,.*,1001,jm@'
	says "${n}1 a time" users.csv '2026-03-01T07:15:00.500Z'
	says "${n}1 a number" users.csv '0\.5'
	says "${n}1 a truth" users.csv '^"?p1"?,[^,]*,[^,]*,true,'
	says "${n}1 a lie" users.csv '^"?p2"?,[^,]*,[^,]*,false,'
	says "${n}1 quotes and commas" orgs.csv '"South, ""the"" other"'
	says "${n}1 no padding" orgs.csv '^"?n1"?,'
	says "${n}1 a day" academicSessions.csv ',2026-08-10,2027-06-01,'
	says "${n}1 a day by rule" roles.csv '2001-02-15'
	taken "${n}2 nothing new" 'nothing changed'
}

# --- what it gives, by each way ----------------------------------------------

serve
exits '400 settings without a database' 1 hr import --source sis
hr application create reader --full >/dev/null 2>&1
there "update sis.person set given = 'Bob', active = true where id = 3"
database_is postgres
both 41 1
database_is odbc
taken '420 the same through ODBC' 'nothing changed'
there "update sis.person set family = 'Ωmega', login = 'ω' where id = 3"
database_is odbc
taken '421 what is new comes through ODBC' 'version 2$'
database_is postgres
taken '421 and is what PostgreSQL says' 'nothing changed'
there "update sis.person set family = 'O''Brien', login = 'bs' where id = 3"
both 43 3

# --- what goes wrong, by each way --------------------------------------------

# From row 150,000 on, there are five minutes between two rows.
there "
create function sis.slow() returns table (id text, name text)
language plpgsql as \$\$
begin
	for i in 1..200000 loop
		if i > 150000 then perform pg_sleep(300); end if;
		id := i; name := 'School ' || i; return next;
	end loop;
end \$\$;
create view sis.waits as select n as id, 'School ' || n || case
	when n > 150000 then pg_sleep(300)::text else '' end as name
from generate_series(1, 200000) as n;
create view sis.begins as select id, name || pg_sleep(300)::text as name
from sis.school;
create view sis.fails as select n as id, 'School ' || n / (150000 - n) as name
from generate_series(1, 200000) as n;
create view sis.many as select n as id, 'School ' || n as name
from generate_series(1, 1000000) as n;
grant select on all tables in schema sis to reader"

schools() { # ROUTE SQL [LINE…]: one query
	route=$1
	printf 'queries:\n  orgs:\n    sql: >-\n      %s\n' "$2" >queries.yaml
	shift 2
	for line; do echo "    $line" >>queries.yaml; done
	database_is "$route" "$timeout"
}
timeout='timeout: 100'

asks() { # VIEW
	echo "select id as sourcedid, name, 'school' as type from sis.$1"
}

running() { # how many queries of ours the server works on
	there "select count(*) from pg_stat_activity where usename = 'reader'
		and state = 'active' and backend_type = 'client backend'"
}

are_running() { # NUMBER
	[ "$(running)" = "$1" ]
}

peak() { # COMMAND…: its memory at the peak, in MB, is in ./peak
	python3 - "$@" <<-'PY'
		import resource, subprocess, sys
		code = subprocess.run(sys.argv[1:]).returncode
		peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
		print(peak // 1024, file=open("peak", "w"))
		sys.exit(code)
	PY
}

faults() { # ROUTE NUMBER
	route=$1 n=$2
	mv reader.password good.password
	echo 'wrong' >reader.password
	schools "$route" "$(asks school)"
	refused "${n}0 a wrong password" "can.t connect to the database of .sis.: .*password authentication failed"
	lacks "${n}0 is not told" err 'wrong'
	mv good.password reader.password
	schools "$route" 'select nothing from sis.school'
	refused "${n}1 a query that is none" "refused the query 'orgs' of 'sis': 42703.*nothing"
	schools "$route" 'select secret from sis.none'
	refused "${n}1 no such table" '42P01'
	schools "$route" "$(asks fails)"
	refused "${n}2 it fails on the way" "the query 'orgs' of 'sis'.*22012"
	schools "$route" "with new as (insert into sis.school values ('x', 'y') returning *) select id as sourcedid, name, 'school' as type from new"
	refused "${n}3 it would write" '25006.*read-only|0A000.*must not'
	schools "$route" "$(asks school); drop table sis.school"
	refused "${n}3 two at once" 'refused'
	schools "$route" "$(asks school)" 'count: select 3'
	refused "${n}4 not as many as there are" "gave 2 rows where its .count. says 3"
	schools "$route" "select id as sourcedid, 'school' as type from sis.school"
	refused "${n}5 a column is gone" "the query 'orgs' of 'sis': .*need a rule for name"
	schools "$route" "select id as sourcedid, id as \"SOURCEDID\", name, 'school' as type from sis.school"
	refused "${n}5 a column is there twice" 'two columns are called sourcedId'
	schools "$route" "select id as sourcedid, name, 'school' as type, 1 as colour from sis.school"
	refused "${n}5 a column of nothing" "no column 'colour' to fill"
	timeout='timeout: 1'
	schools "$route" "$(asks waits)"
	refused "${n}6 it takes too long" "took longer than 1 seconds|did not answer in time"
	timeout='timeout: 100'
	finished "${n}6 nobody goes on working" are_running 0
	schools "$route" "$(asks waits)"
	hr import --source sis >out 2>err &
	import=$!
	soon are_running 1
	there "select pg_terminate_backend(pid) from pg_stat_activity
		where usename = 'reader'" >/dev/null
	if wait "$import"; then
		not_ok "${n}7 the server ends it on the way" 'taken in'
	else
		says "${n}7 the server ends it on the way" err "the query|broke off|connection"
	fi
	schools "$route" "$(asks many)" 'count: select 0'
	fails "${n}8 a million rows" 'gave 1000000 rows' \
		peak "$HOMEROOM_BINARY" import --source sis
	[ "$HOMEROOM_TEST_MODE" != release ] || [ "$(cat peak)" -lt 100 ] &&
		ok "${n}8 memory is flat" ||
		not_ok "${n}8 memory is flat" "$(cat peak) MB"
	there "insert into sis.school values ('long', repeat('x', 70000))"
	schools "$route" "$(asks school)"
	hr import --dry-run --source sis >out 2>err
	says "${n}9 a text without end" out 'has a value that is too long'
	there "delete from sis.school where id = 'long'"
}

faults postgres 44
faults odbc 45
is_live '460 what was published stays' 3
queries >queries.yaml
database_is postgres
taken '461 and the next reading is as ever' 'nothing changed'
there_stop
refused '462 nobody is there' "can't connect"
database_is odbc
refused '462 nobody is there for ODBC' "can't connect"
there_start

# --- told to stop ------------------------------------------------------------

stops() { # ROUTE NAME VIEW
	schools "$1" "$(asks "$3")"
	sed -i 's/^type: sql/&\nschedule: "* * * * *"/' source.yaml
	hr apply source.yaml >out 2>err || not_ok "$2" "$(cat err)"
	worker_starts 60
	finished "$2: first it works" are_running 1
	worker_ends "$2"
	finished "$2 and nobody goes on working" are_running 0
}
stops postgres '470 it stops' waits
# This driver lets itself be disturbed until there is a first row.
stops odbc '471 ODBC stops' begins

# --- whom we talk to ---------------------------------------------------------

openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 \
	-subj '/CN=A test' >openssl.log 2>&1
openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr \
	-subj '/CN=sis.example.org' >>openssl.log 2>&1
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial \
	-days 2 -out server.pem >>openssl.log 2>&1
for file in server.key server.pem; do
	cat $file >there/data/$file
	[ "$(id -u)" != 0 ] || chown postgres there/data/$file
	chmod 600 there/data/$file
done
printf '%s\n' 'ssl = on' "ssl_cert_file = 'server.pem'" \
	"ssl_key_file = 'server.key'" >>there/data/postgresql.conf
there_stop
there_start
queries >queries.yaml

by_tls() { # HOST [LINE…]
	host=$1
	shift
	database_is postgres "$@"
	sed -i "s|^database: .*|database: postgresql://$host:$there_port/postgres?hostaddr=127.0.0.1|" source.yaml
	hr apply source.yaml >out 2>err || not_ok 'settings' "$(cat err)"
}
by_tls sis.example.org "authorities: $PWD/ca.pem"
taken '480 who it should be' 'nothing changed'
by_tls other.example.org "authorities: $PWD/ca.pem"
refused '481 a certificate of another name' 'certificate|does not match'
by_tls sis.example.org
refused '482 a certificate of nobody known' 'certificate'

# --- settings ----------------------------------------------------------------

database_is postgres
wrong '490 a password in the address' source.yaml 'postgresql:///' \
	'postgresql://reader:hunter2@localhost/' 'holds a password'
lacks '490 is not told' err 'hunter2'
wrong '490 or behind it' source.yaml 'host=' 'password=hunter2\&host=' 'holds a password'
wrong '491 no database' source.yaml '^database: .*' 'database: sis' 'neither postgresql'
wrong '492 a path besides' source.yaml '^type: sql' 'type: sql\npath: /x' 'has no .path.'
wrong '493 no queries' source.yaml '^queries:' 'files:' 'bad.yaml'
wrong '494 of no entity' source.yaml '^  orgs:' '  schools:' "no file of 'schools'"
wrong '495 no such key' source.yaml '    count:' '    amount:' "no 'amount'"
database_is odbc
wrong '496 a password in the string' source.yaml 'Port=' ' pwd = hunter2;Port=' 'holds a password'
there_stop
