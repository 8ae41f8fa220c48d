#!/bin/sh
# timeout: 300
# Any CSV as OneRoster: the export of an HR system, in its own encoding and
# with its own columns, becomes people and what they are; what can't be mapped
# is reported by file, line and column, and harms nothing.
# threads: 1
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/source.sh"

latin() { iconv -f utf-8 -t windows-1252 >in/staff.csv; }

staff() {
	printf 'EmpID;First;Last;Mail;Dept;Title;Mgr;Hired;Left\r\n'
	printf '1001; josé ;MUÑOZ-PEÑA;JM@EXAMPLE.ORG;10;Teacher;1002;01.08.2019;\r\n'
	printf '1002;Änne;"GROß; Dr.";ag@example.org;10;Principal;;15.2.2001;\r\n'
	printf '1003;Bob;Smith;bs@example.org;20;Teacher;1002;3.9.2020;30.06.2024\r\n'
}

rules() { # LINE…: below the file's name
	cat <<-'YAML'
		kind: source
		name: sis
		type: csv
	YAML
	echo "path: $PWD/in"
	cat <<-'YAML'
		ready: { stableSeconds: 0 }
		files:
		  schools.tsv:
		    delimiter: tab
		    header: false
		    feeds:
		      - entity: orgs
		        fields:
		          sourcedId: { concat: [ school-, { copy: 1 } ] }
		          name: { copy: 2 }
		          type: { constant: school }
		  "staff*.csv":
		    delimiter: ";"
		    encoding: windows-1252
		    feeds:
		      - entity: users
		        fields:
		          sourcedId: { concat: [ hr-, { copy: EmpID } ] }
		          enabledUser: { when: [ { if: { column: Left, empty: true }, then: { constant: true } }, { otherwise: { constant: false } } ] }
		          username: [ { copy: Mail }, lower, { match: '^([^@]+)@' } ]
		          givenName: [ { copy: First }, trim, title ]
		          familyName: [ { copy: Last }, { replace: { pattern: ';? *Dr\.', with: '' } }, title ]
		          email: [ { copy: Mail }, lower ]
		          identifier: { copy: EmpID }
		          metadata.title: { copy: Title }
		          metadata.manager: { concat: [ hr-, { copy: Mgr } ] }
		          metadata.hired: [ { copy: Hired }, { date: D.M.YYYY } ]
		      - entity: roles
		        when: { column: Title, matches: . }
		        fields:
		          sourcedId: { concat: [ role-, { copy: EmpID } ] }
		          userSourcedId: { concat: [ hr-, { copy: EmpID } ] }
		          roleType: { constant: primary }
		          role: [ { copy: Title }, { lookup: { table: { Teacher: teacher, Principal: principal } } } ]
		          orgSourcedId: { concat: [ school-, { copy: Dept } ] }
		          beginDate: [ { copy: Hired }, { date: [ DD.MM.YYYY, D.M.YYYY ] } ]
		          endDate: [ { copy: Left }, { date: D.M.YYYY } ]
	YAML
}

exported() { # what an application is given: users.csv, roles.csv
	hr export --application reader made.zip >out 2>err ||
		not_ok 'export' "$(cat err)"
	unzip -p made.zip users.csv >users.csv
	unzip -p made.zip roles.csv >roles.csv
}

serve
mkdir in
rules >rules.yaml
exits '700 rules' 0 hr apply rules.yaml
refused '701 nothing there yet' 'no file of .sis. yet'
staff | latin
printf '10\tNorth School\n20\tSouth School\n' >in/schools.tsv
taken '702 people and what they are' 'version 1$'
says '702 users' out 'users.csv +bulk +3 +3 '
says '702 roles' out 'roles.csv +bulk +3 +3 '
hr application create reader --full >/dev/null 2>&1
exported
says '703 encoding, trim, title, case' users.csv 'hr-1001,.*,true,jm,.*José,Muñoz-Peña,'
says '703 a regular expression' users.csv 'hr-1002,.*,Änne,Groß,'
says '703 conditions' users.csv 'hr-1003,.*,false,bs,'
says '703 dates and metadata' users.csv '2001-02-15'
says '703 a lookup table' roles.csv 'role-1002,.*hr-1002,primary,principal,'
says '703 end of employment' roles.csv 'role-1003,.*2020-09-03,2024-06-30,school-20'
taken '704 the same again' 'nothing changed'

# --- bad rows -----------------------------------------------------------------

{
	staff | sed 's/;Teacher;1002;3.9/;Janitor;1002;31.9/'
	printf '1004;Too;Few\r\n'
	printf '1005;Eve;New;no mail;20;Teacher;1002;1.1.2024;\r\n'
	printf '1006;Fay;New;fn@example.org;20;Teacher;1002;1.1.2024;\r\n'
} | latin
taken '710 bad rows are set aside' 'version 2$'
says '710 by column and value' out 'line 4.*Title.*Janitor'
says '710 a date that is none' out 'line 4.*Hired.*31\.9\.2020'
says '710 too few fields' out 'staff.csv.*number of fields|line 5'
says '710 no match' out 'line 6.*Mail.*no mail'
exported
says '711 a good row beside them' users.csv '^"?hr-1006'
says '711 whose row is bad stays as it was' users.csv 'hr-1003'
says '711 also with its role' roles.csv 'role-1003,.*teacher'
lacks '711 nobody half' users.csv 'hr-1005'
staff | sed 's/;Teacher;1002;3.9/;Janitor;1002;3.9/' | grep -v '^1001' | latin
taken '712 one bad value holds back no other record' 'version 3$'
exported
lacks '712 who is gone' roles.csv 'role-1001'
says '712 whose row is bad' roles.csv 'role-1003,.*teacher'

# --- what changes overnight -----------------------------------------------------

staff | sed 's/;Hired;/;Start date;/' | latin
refused '720 a column is called otherwise' "staff.csv has no column .Hired."
staff | tr ';' ',' | latin
refused '721 another delimiter' 'has no column'
echo '<html><title>Please sign in</title></html>' >in/staff.csv
refused '722 a page instead' 'has no column'
: >in/staff.csv
refused '723 nothing in it' 'staff.csv is empty'
staff | iconv -t utf-16 >in/staff.csv
refused '724 another encoding' 'has no column|first row'
mv in/staff.csv in/other.csv
refused '725 another name' 'no file .staff'
rm in/other.csv
is_live '726 harmed nothing' 3
staff | latin
taken '727 as before: those that were gone come' 'version 4$'
sed 's/windows-1252/utf-16le/' rules.yaml >wide.yaml
hr apply wide.yaml >/dev/null
staff | iconv -t utf-16le >in/staff.csv
taken '728 the same in UTF-16' 'nothing changed'

# --- settings ---------------------------------------------------------------------

wrong '740 no such step' rules.yaml 'trim' 'trimm' "bad.yaml:7: .*givenName of users.*no step 'trimm'"
wrong '741 no such column' rules.yaml 'givenName' 'firstName' "no column 'firstName'"
wrong '742 no expression' rules.yaml '\^(\[' '^(([' 'regular expression'
wrong '743 no format' rules.yaml 'D\.M\.YYYY' 'D.M' 'year, month and day'
wrong '744 required' rules.yaml 'familyName:' 'middleName:' 'need a rule for familyName'
wrong '745 no such entity' rules.yaml 'entity: roles' 'entity: jobs' "no file of 'jobs'"
wrong '746 by number only' rules.yaml 'copy: 2' 'copy: Name' 'it has no header'
wrong '747 no such encoding' rules.yaml 'windows-1252' 'ebcdic' 'encoding'
wrong '748 of another type' rules.yaml 'type: csv' 'type: oneroster' 'has no .files.'
wrong '749 no such key' rules.yaml 'delimiter: tab' 'separator: tab' "no 'separator'"
