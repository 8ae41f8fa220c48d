# Leaves of C only what counts: code(line) is the line without comments and
# without what stands in quotes. To be called for each line in order.

function code(line,    out, at) {
	if (FNR == 1)
		in_comment = 0
	gsub(/\\./, "", line)
	out = ""
	while (line != "") {
		if (in_comment) {
			at = index(line, "*/")
			if (at == 0)
				return out
			line = substr(line, at + 2)
			in_comment = 0
			continue
		}
		if (!match(line, /["']|\/\*|\/\//))
			return out line
		out = out substr(line, 1, RSTART - 1)
		at = substr(line, RSTART, RLENGTH)
		line = substr(line, RSTART + RLENGTH)
		if (at == "//")
			return out
		if (at == "/*") {
			in_comment = 1
			continue
		}
		line = substr(line, index(line, at) + 1)
		out = out at at
	}
	return out
}
