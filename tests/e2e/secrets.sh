#!/bin/sh
# Secrets in settings: sealed when they are applied, and never shown again.
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"

source_is() { # LINE…
	printf '%s\n' 'kind: source' 'name: sis' 'type: oneroster' \
		'url: https://files.example/roster.zip' "$@" >source.yaml
}

serve
source_is 'password: Tr0ub4dor-and-3'
exits '690 a secret is taken' 0 "$HOMEROOM_BINARY" apply source.yaml
says '690 created' out 'source sis: created'
exits '690 and again' 0 "$HOMEROOM_BINARY" apply source.yaml
says '690 unchanged' out 'source sis: unchanged'
hr get source sis >shown 2>err
lacks '691 it is not shown' shown Tr0ub4dor-and-3
grep -q '"password":.*"sealed 20' shown && ok '691 but when it was sealed' ||
	not_ok '691 but when it was sealed' "$(cat shown)"
exits '692 what is shown can be applied' 0 "$HOMEROOM_BINARY" apply shown
says '692 unchanged' out 'source sis: unchanged'
is '693 not in clear at rest' '' "$(grep -rlaF Tr0ub4dor-and-3 home)"
source_is 'password: correct-horse'
exits '694 another one' 0 "$HOMEROOM_BINARY" apply source.yaml
says '694 changed' out 'source sis: changed'
exits '694 the mark of the one before' 1 "$HOMEROOM_BINARY" apply shown
says '694 says what to do' err 'give it anew'
hr get source sis --as other >other 2>err
exits '695 nor does a copy have it' 1 "$HOMEROOM_BINARY" apply other
source_is 'password: x' 'passwordFile: /y'
exits '696 one or the other' 1 "$HOMEROOM_BINARY" apply source.yaml
says '696 says so' err 'has both .password. and .passwordFile.'
printf 'kind: source\nname: sis\ntype: oneroster\nurl: https://x/y.zip\npassword: "so\\tsecret"\n' >source.yaml
exits '697 what is no secret' 1 "$HOMEROOM_BINARY" apply source.yaml
lacks '697 is not repeated' err 'secret'
mv home/key home/key.gone
source_is 'password: correct-horse'
exits '698 under a new key' 0 "$HOMEROOM_BINARY" apply source.yaml
says '698 it is sealed anew' out 'source sis: changed'
exits '699 a source goes' 0 "$HOMEROOM_BINARY" delete source sis
hr apply shown >out 2>err
says '699 and its secrets' err 'give it anew'
