#!/bin/sh
# homeroom application: what it prints, refuses and leaves alone.
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"

application() { hr application "$@"; }

exits 'help' 0 application --help
says 'help lists the verbs' out '^  rotate +[A-Z]'
exits 'no verb is wrong usage' 2 application
exits 'an unknown verb is wrong usage' 2 application destroy
exits 'no name is wrong usage' 2 application create
for verb in create rotate end-secret list enable disable; do
	exits "$verb --help" 0 application "$verb" --help
	says "$verb --help shows its usage" out "^usage: homeroom application $verb"
done

serve
exits 'create' 0 application create 'Acme Reading' --full
says 'create prints an id and a secret' out \
	'^Acme Reading  hr-[0-9a-f]{16}  hrs_[-_A-Za-z0-9]{43}$'
secret=$(grep -oE 'hrs_[-_A-Za-z0-9]{43}' out)
exits 'create again' 1 application create 'Acme Reading'
says 'it is named' err "'Acme Reading'"
exits 'create --dry-run' 0 application create Other --dry-run
exits 'create --dry-run of what is there' 1 \
	application create 'Acme Reading' --dry-run
exits 'an unknown scope' 1 application create Other --scope roster.readwrite
says 'it is named' err "'roster.readwrite'"
exits 'an unknown district' 1 application create Other --district Nowhere
says 'it is named' err "'Nowhere'"
exits 'an empty name' 1 application create ''

exits 'create with scopes' 0 application create Narrow -o json \
	--scope roster-core.readonly \
	--scope https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly
says 'JSON' out '"clientId": "hr-[0-9a-f]{16}", "clientSecret": "hrs_'
exits 'list' 0 application list
says 'list has it' out '^Acme Reading +hr-[0-9a-f]{16} +true +true '
says 'list has its scopes' out \
	'^Narrow .* true +false .* roster-core.readonly roster.readonly$'
lacks 'list has no secrets' out 'hrs_'
lacks 'list has nothing of a dry run' out 'Other'
exits 'list as JSON' 0 application list -o json
says 'list as JSON has whole URIs' out \
	'"scopes": "[^"]*v1p1/scope/roster-core.readonly [^"]*v1p2/scope/roster-core.readonly [^"]*v1p2/scope/roster.readonly"'

exits 'rotate --dry-run' 0 application rotate 'Acme Reading' --dry-run
lacks 'rotate --dry-run makes no secret' out 'hrs_'
exits 'rotate' 0 application rotate 'Acme Reading' -o csv
says 'rotate prints a secret' out '^Acme Reading,hr-[0-9a-f]{16},hrs_'
lacks 'rotate prints a new one' out "$secret"
exits 'rotate nobody' 1 application rotate Nobody
says 'nobody is named' err "'Nobody'"
exits 'no secret is kept' 1 application end-secret 'Acme Reading'
for keep in 7 7w 0d 91d 2161h -1d 1.5d 7days ''; do
	exits "--keep '$keep'" 1 application rotate 'Acme Reading' --keep "$keep"
	says "--keep '$keep' is told what goes" err '12h or 7d'
done
exits 'rotate --keep' 0 application rotate 'Acme Reading' --keep 7d
exits 'list' 0 application list
says 'list has until when the old one works' out \
	'^Acme Reading .* 20[-0-9]{8}T[:0-9]{8}\.[0-9]{3}Z +20[-0-9]{8}T[:0-9]{8}\.[0-9]{3}Z '
says 'which others have not' out '^Narrow .* 20[-0-9]{8}T[:.0-9]{12}Z +- '
exits 'a third is not kept' 1 application rotate 'Acme Reading' --keep 12h
says 'and it says what to do' err 'application end-secret'
exits 'end-secret --dry-run' 0 application end-secret 'Acme Reading' --dry-run
exits 'end-secret' 0 application end-secret 'Acme Reading'
exits 'there is none any more' 1 application end-secret 'Acme Reading'
exits 'disable' 0 application disable Narrow
exits 'list' 0 application list
says 'it is disabled' out '^Narrow +hr-[0-9a-f]{16} +false '
exits 'enable' 0 application enable Narrow
exits 'list' 0 application list
says 'it is enabled' out '^Narrow +hr-[0-9a-f]{16} +true '
exits 'disable nobody' 1 application disable Nobody
