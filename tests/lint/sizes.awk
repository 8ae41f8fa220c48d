# The limits of the style: lines of a function and of a file, parameters,
# levels of braces. Tables, between clang-format off and on, don't count.

function finding(line, text) {
	printf "%s:%d: %s\n", FILENAME, line, text
}

function end_of_file() {
	if (file != "" && lines > 500)
		printf "%s:501: has %d lines besides tables; 500 is the limit:" \
		    " split it by subject\n", file, lines
}

function count_parameters(text,    n) {
	sub(/^[^(]*\(/, "", text)
	gsub(/\([^()]*\)/, "", text)
	n = gsub(/,/, "", text)
	return n + 1
}

FNR == 1 {
	end_of_file()
	file = FILENAME
	lines = 0
	table = 0
	depth = 0
	inside = 0
	signature = ""
}

/clang-format off/ { table = 1 }
{
	if (!table)
		lines++
}
/clang-format on/ { table = 0 }

{
	line = code($0)
	if (line ~ /^#/ || macro) {
		macro = line ~ /\\$/ || $0 ~ /\\$/
		next
	}
}

!inside && line ~ /^[a-z].*[(]/ {
	signature = line
	start = FNR
}
!inside && line ~ /^[ \t]/ && signature != "" { signature = signature line }
!inside && line ~ /;[ \t]*$/ { signature = "" }

line == "{" && signature != "" {
	inside = 1
	depth = 1
	begin = FNR
	deepest = 0
	if (count_parameters(signature) > 6)
		finding(start, "has more than 6 parameters; give it a struct")
	next
}

line == "}" && inside {
	if (FNR - begin + 1 > 60)
		finding(start, "has " FNR - begin + 1 \
		    " lines; 60 is the limit: give a part a name of its own")
	inside = 0
	signature = ""
	next
}

inside {
	opened = gsub(/[{]/, "{", line)
	closed = gsub(/[}]/, "}", line)
	# A list of values that goes over lines is no level.
	if (opened > closed && line ~ /(=|[(]|,|\[[^]]*\])[^;]*[{][^;{]*$/ &&
	    line !~ /(^|[ \t}])(if|for|while|switch|do|else)/)
		listing = 1
	depth += opened - closed
	if (listing) {
		if (line ~ /;[ \t]*$/)
			listing = 0
	} else if (depth > 3 && opened > closed && !deepest) {
		finding(FNR, "is the fourth level of braces; return early, or" \
		    " give the inside a name")
		deepest = 1
	}
}

END { end_of_file() }
