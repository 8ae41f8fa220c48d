#!/bin/sh
# What commands say when they are called wrongly: what is wrong, of what, and
# what to do; and that it is told by the exit code.
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"

# refuses NAME CODE PATTERN ARGUMENT…
refuses() {
	name=$1 want=$2 pattern=$3
	shift 3
	exits "$name" "$want" hr "$@"
	says "$name: says so" err "$pattern"
}

# lists KIND: what there is no such thing of, and how to see those there are
lists() {
	echo "there is no $1 'nobody'; .homeroom get $1. lists those that there are"
}

refuses '001 no subcommand' 2 "no subcommand 'teach'" help teach
exits '002 help of one' 0 hr help plan
says '002 is its --help' out '^usage: homeroom plan '
refuses '003 no verb' 2 "application has no verb 'teach'" application teach
refuses '004 nor that of jobs' 2 "'teach' is no verb: schedules, run" jobs teach
refuses '005 nor of password' 2 "'teach' is no verb: list, slips" \
	password teach school
refuses '006 no flag' 2 'says more' delete grant pub --force
refuses '007 no number' 2 '1 at least' export --application pub --since x x.zip
exits '008 no folder for a home' 1 \
	env HOMEROOM_HOME=/proc/home "$HOMEROOM_BINARY" versions
says '008 says so' err "HOMEROOM_HOME: can't make /proc/home: "
exits '009 no database' 1 env HOMEROOM_DATABASE_URL=postgres://127.0.0.1:1/x \
	"$HOMEROOM_BINARY" versions
says '009 says where it is named' err '^homeroom: HOMEROOM_DATABASE_URL: '

exits '009 no port' 1 env HOMEROOM_LISTEN=127.0.0.1:99999 \
	"$HOMEROOM_BINARY" serve
says '009 says which there are' err 'the port must be a number from 0 to 65535'
printf 'kind: directory\nname: x\ntype: csv\n' >directory.yaml

serve
application pub --full
refuses '010 a folder of settings' 1 '^homeroom: .: can.t be read' apply .
refuses '010 no type of directory' 1 'directory.yaml:3: type must be one of: ad$' \
	apply directory.yaml
refuses '011 no kind' 2 "no kind 'pupil'" get pupil
for kind in source application grant directory rule notification district; do
	refuses "012 no $kind" 1 "$(lists $kind)" get $kind nobody
done
for kind in source application grant directory rule notification district; do
	refuses "013 no $kind" 1 "$(lists $kind)" delete $kind nobody
done
refuses '014 no district' 1 "$(lists district)" status --district nobody
refuses '015 no application' 1 "$(lists application)" export \
	--application nobody x.zip
refuses '016 no application' 1 "$(lists application)" audit \
	--application nobody
refuses '017 no source' 1 "$(lists source)" jobs run nobody
refuses '018 no directory' 1 "$(lists directory)" password list nobody
refuses '019 no directory' 1 "$(lists directory)" sync nobody
refuses '020 no notification' 1 "$(lists notification)" \
	notification list nobody
refuses '021 nor one to try again' 1 "$(lists notification)" \
	notification retry nobody
for command in plan undo approve; do
	refuses "022 $command: no plan" 1 \
		'no plan 77; .homeroom plan. lists' $command 77
done
refuses '022 nor one to drop' 1 'no plan 77; .homeroom plan. lists' \
	approve 77 --drop
for flag in --show --dry-run --drop '--drop --dry-run'; do
	# shellcheck disable=SC2086 # flags
	refuses "022 no import $flag" 1 'import-77 does not wait' \
		approve import-77 $flag
done
refuses '023 no version' 1 'no version 77; .homeroom versions. lists' \
	rollback 77
refuses '024 no push' 1 "'pub' has no .push. in its settings; .homeroom" push pub
refuses '024 nor one to run' 1 "'pub' has no .push. in its settings; .homeroom" \
	jobs run pub --kind push
refuses '024 no application' 1 "$(lists application)" push nobody
refuses '024 nor one to try it for' 1 "$(lists application)" \
	push nobody --dry-run
refuses '025 no record' 1 'records are called users/ID' \
	explain pupils/u1 --grant pub

refuses '026 no kind of jobs' 2 "no jobs of the kind 'pull'" jobs --kind pull
refuses '026 nor of schedules' 2 "no jobs of the kind 'pull'" \
	jobs schedules --kind pull
refuses '027 no person' 1 "no source speaks of a person 'nobody'" \
	person list nobody
refuses '028 no bundle' 1 'No such file' check nowhere
lacks '028 of what is thrown away it tells nothing' err migrated

exits '030 nobody sees what is not there' 0 hr explain users/nobody --grant pub
says '030 not even with all' out '^users/nobody is not visible to pub'

# --- what is listed, and what would be deleted --------------------------------

exits '040 settings as a list' 0 hr get application -o csv
says '040 of names and settings' out '^pub,"\{""kind"": ""application""'
exits '041 to look at' 0 hr get application
is '041 as they are applied' '---' "$(head -n 1 out)"
exits '042 a rehearsal' 0 hr delete application pub --dry-run
says '042 says what' out '^would delete the application pub$'
exits '043 of what is in use' 1 hr delete district default --dry-run
says '043 is refused as well' err 'in use: it has versions, '
exits '044 it is there' 0 hr application disable pub -o json
says '044 and shown as it is now' out '"enabled": false'
