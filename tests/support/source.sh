# For test scripts: . "$HOMEROOM_TEST_SOURCE/tests/support/source.sh"
# Readings of one source, sis, by what its settings say.

# source_of TYPE LINE…: these are its settings from now on
source_of() {
	{
		printf '%s\n' 'kind: source' 'name: sis' "type: $1"
		shift
		printf '%s\n' "$@"
	} >source.yaml
	hr apply source.yaml >out 2>err || not_ok 'settings' "$(cat err)"
}

# source_is LINE…: of a bundle in ./in, whoever writes it
source_is() {
	source_of oneroster "path: $PWD/in" 'ready: {stableSeconds: 0}' "$@"
}

# bundle NAME: what there is to read now
bundle() {
	rm -rf in
	cp -r "$1" in
}

taken() { # NAME PATTERN
	does "$1" "$2" hr import --source sis
}

refused() { # NAME PATTERN
	fails "$1" "$2" hr import --source sis
}

live() { hr versions -o csv | sed -n '2s/,.*//p'; }

is_live() { # NAME VERSION
	is "$1" "$2" "$(live)"
}
