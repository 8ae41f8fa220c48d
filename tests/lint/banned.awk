# Calls and words that the style bans. Reads the lists banned and allocators,
# then the source.

function finding(text) {
	printf "%s:%d: %s\n", FILENAME, FNR, text
}

FILENAME == ARGV[1] {
	if ($0 ~ /^#/ || NF == 0)
		next
	name = $1
	where[name] = $2 == "." ? "" : $2 "/"
	sub(/^[^ ]+ +[^ ]+ +/, "")
	instead[name] = $0
	next
}

FILENAME == ARGV[2] {
	if ($0 !~ /^#/ && NF > 0)
		allocates[$1] = 1
	next
}

{
	line = code($0)
	rest = line
	while (match(rest, /[A-Za-z_][A-Za-z_0-9]*[ ]*[(]/)) {
		name = substr(rest, RSTART, RLENGTH)
		sub(/[ ]*[(]$/, "", name)
		# A member or a parameter of that name is none of our business.
		before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : " "
		rest = substr(rest, RSTART + RLENGTH)
		if (before ~ /[.>]/)
			continue
		if (name in instead && index(FILENAME, where[name]) == 1)
			finding(name " is banned; use " instead[name])
		if (name ~ /^(malloc|calloc|realloc|strdup|strndup|asprintf|free)$/ &&
		    !(FILENAME in allocates))
			finding(name " outside tests/lint/allocators; take it" \
			    " from the arena")
	}
	if (line ~ /(^|[^a-z_])goto[ \t]/)
		finding("goto; return early, or give the part a name")
	if (line ~ /typedef struct/)
		finding("typedef of a struct; say struct")
	if (FILENAME !~ /^src\/model\// &&
	    line ~ /switch \([a-z_>.-]*field->kind|strcmp\([a-z_>.-]*field->name/)
		finding("knows a field; put a row or a column into the" \
		    " model's tables")
}

/(^|[^A-Z])(TODO|FIXME|XXX)([^A-Z]|$)/ && !/issue/ { finding("unfinished; do it, or name its issue") }
