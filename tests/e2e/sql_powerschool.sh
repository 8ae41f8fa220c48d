#!/bin/sh
# PowerSchool's database, asked by ODBC with the queries and rules that are
# ready: a made-up one, of its tables, in PostgreSQL.
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/postgres.sh"
there_socket='' there_port='' # there_make says
queries=$HOMEROOM_TEST_SOURCE/src/ingest/mappings/powerschool-sql.yaml

# The same SQL is in the plug-in.
python3 - "$HOMEROOM_TEST_SOURCE/packaging/powerschool" "$queries" >out 2>err <<'PY'
import re, sys, xml.etree.ElementTree as xml
plugin = {q.get("name"): q.find("sql").text.split() for q in xml.parse(
    sys.argv[1] + "/queries_root/homeroom.named_queries.xml").getroot()}
ours = {name: sql.split() for name, sql in re.findall(
    r"^(\S+): \|\n((?:  .*\n)+)", open(sys.argv[2]).read(), re.M)}
print("same" if plugin == ours and len(ours) == 11 else "other")
PY
says '800 as the plug-in has them' out '^same$'

there_make || {
	sed 's/^/# /' initdb.log there/log 2>/dev/null
	echo 'not ok a server: it did not start'
	exit 1
}
there "
create table schools (school_number numeric(10), name varchar(60),
	alternate_school_number numeric(10));
create table terms (schoolid numeric(10), id numeric(10), name varchar(30),
	firstday date, lastday date, yearid numeric(10), portion numeric(10),
	isyearrec numeric(10));
create table courses (dcid numeric(10), course_number varchar(11),
	course_name varchar(40), sched_department varchar(20));
create table sections (dcid numeric(10), id numeric(10), section_number
	varchar(10), course_number varchar(11), schoolid numeric(10),
	termid numeric(10), room varchar(20), expression varchar(80),
	teacher numeric(10));
create table users (dcid numeric(10), first_name varchar(20), middle_name
	varchar(20), last_name varchar(20), email_addr varchar(50),
	loginid varchar(20), teacherloginid varchar(20), teachernumber
	varchar(20), homeschoolid numeric(10));
create table schoolstaff (id numeric(10), users_dcid numeric(10), schoolid
	numeric(10), status numeric(10), staffstatus numeric(10));
create table students (dcid numeric(10), id numeric(10), student_number
	numeric(20), state_studentnumber varchar(32), first_name varchar(60),
	middle_name varchar(60), last_name varchar(60), grade_level numeric(10),
	schoolid numeric(10), student_web_id varchar(20), entrydate timestamp,
	dob timestamp, gender varchar(20), enroll_status numeric(10));
create table cc (dcid numeric(10), studentid numeric(10), sectionid
	numeric(10), schoolid numeric(10), dateenrolled timestamp,
	dateleft timestamp);
create table sectionteacher (id numeric(10), sectionid numeric(10), teacherid
	numeric(10), start_date date, end_date date);
create table person (id numeric(10), firstname varchar(60), middlename
	varchar(60), lastname varchar(60), isactive numeric(10));
create table studentcontactassoc (personid numeric(10), studentdcid
	numeric(10), currreltypecodesetid numeric(10));
create table codeset (codesetid numeric(10), code varchar(60));
create table personemailaddressassoc (personid numeric(10), emailaddressid
	numeric(10), isprimaryemailaddress numeric(10));
create table emailaddress (emailaddressid numeric(10), emailaddress
	varchar(60));
create table personphonenumberassoc (personid numeric(10), phonenumberid
	numeric(10), ispreferred numeric(10));
create table phonenumber (phonenumberid numeric(10), phonenumber varchar(60));
insert into schools values (100, 'North', 71), (200, 'South', null);
insert into terms select s, 3500 + t, case t when 0 then 'Year' else 'S' || t
	end, current_date - 100 + t, current_date + 100, 35, t + 1,
	(t = 0)::int from unnest('{100,200}'::int[]) s, generate_series(0, 2) t;
insert into courses values (1, 'M1', 'Maths', 'Mathematics'),
	(2, 'X9', 'Nobody''s', null);
insert into sections select s, s, '1', 'M1', s, 3501, 'R1', '1(A)', s + 1
	from unnest('{100,200}'::int[]) s;
insert into users values (7, 'Ann', null, 'Teach', 'at@district.example',
	null, 'ateach', 'T7', 100), (8, 'Gone', null, 'Away', null, 'g', null,
	'T8', 100);
insert into schoolstaff values (101, 7, 100, 1, 1), (201, 7, 200, 1, 1),
	(102, 8, 100, 2, 1);
insert into sectionteacher values (1, 100, 101, current_date - 90, null),
	(2, 200, 201, current_date - 90, current_date + 90);
insert into students select n, 1000 + n, 90000 + n, 'ST' || n, 'Zoë', null,
	'O''Neil, Jr', n % 13 - 1, 100 + n % 2 * 100, 'z' || n, current_date - 90,
	'2012-03-04', 'F', case when n > 50 then 2 else 0 end
	from generate_series(1, 60) n;
insert into cc select n, 1000 + n, 100 + n % 2 * 100, 100, current_date - 90,
	current_date + 90 from generate_series(1, 60) n;
insert into person values (1, 'Mia', null, 'O''Neil', 1), (2, 'Old', null,
	'One', 0);
insert into studentcontactassoc values (1, 1, 5), (1, 3, 5), (2, 1, 5);
insert into codeset values (5, 'Mother');
insert into emailaddress values (9, 'mia@example.org');
insert into personemailaddressassoc values (1, 9, 1);
grant select on all tables in schema public to reader"

{
	printf '%s\n' 'kind: source' 'name: sis' 'type: sql' \
		'mapping: powerschool' 'user: reader' \
		"passwordFile: $PWD/reader.password" \
		"database: Driver={PostgreSQL Unicode};Servername=$there_socket;Port=$there_port;Database=postgres;UseDeclareFetch=1" \
		'queries:'
	# Oracle's name for what PostgreSQL calls otherwise.
	sed -E "s/^/  /; s/LISTAGG\(([^)]*)\) WITHIN GROUP \((ORDER BY [^)]*)\)/string_agg(\1 \2)/" "$queries" |
		awk '/^  [a-z]/ { wanted = /students:|contacts:/ } wanted'
} >source.yaml
serve
exits '801 ready queries, and some that replace them' 0 "$HOMEROOM_BINARY" apply source.yaml
hr import --source sis >out 2>err && ok '802 taken in' || not_ok '802 taken in' ''
says '802 orgs' out 'orgs.csv +bulk +3 +3 '
says '802 sessions' out 'academicSessions.csv +bulk +6 +6 '
says '802 courses that are taught' out 'courses.csv +bulk +1 +1 '
says '802 classes' out 'classes.csv +bulk +2 +2 '
says '802 people who are there' out 'users.csv +bulk +52 +52 '
says '802 enrollments of both' out 'enrollments.csv +bulk +52 +52 '
hr application create reader --full >/dev/null 2>&1
hr export --application reader made.zip >out 2>err || not_ok 'export' ''
for file in users roles enrollments classes orgs; do
	unzip -p made.zip $file.csv >$file.csv
done
says '803 a student, a family' users.csv '^"?student-3"?,.*Zoë,"O.Neil, Jr".*contact-1'
says '803 and it a student' users.csv '^"?contact-1"?,.*mia@example.org.*student-1,student-3'
says '803 a teacher' users.csv '^"?staff-7"?,.*ateach'
says '803 who teaches' enrollments.csv 'staff-7,teacher,true'
says '803 where' classes.csv 'class-100.*session-100-3501'
hr import --source sis >out 2>err
says '804 twice is once' out 'nothing changed'
sed -i '/^mapping/d; /^queries/,$d' source.yaml
exits '805 without either' 1 "$HOMEROOM_BINARY" apply source.yaml
says '805 says so' err 'needs .queries. or .mapping.'
there_stop
