# The difference between two files of SQL, as statements that lead from the
# first to the second. Tables are compared by column, all else as a whole.

/^--/ || /^$/ { next }

{ statement = statement (statement == "" ? "" : "\n") $0 }
/\$\$$/ && !/\$\$;$/ { in_body = 1 }
/\$\$;$/ { in_body = 0 }

/;$/ && !in_body {
	which = FILENAME == ARGV[1] ? "old" : "new"
	keep(which, statement)
	statement = ""
}

function keep(which, text,    lines, n, i, table, column) {
	if (text !~ /^CREATE TABLE/) {
		known[which, text] = 1
		if (which == "new")
			others[++other_count] = text
		else
			gone[++gone_count] = text
		return
	}
	n = split(text, lines, "\n")
	split(lines[1], part, " ")
	table = part[3]
	tables[which, table] = text
	if (which == "new")
		order[++table_count] = table
	for (i = 2; i < n; i++) {
		sub(/^\t/, "", lines[i])
		sub(/,$/, "", lines[i])
		column = lines[i]
		sub(/ .*/, "", column)
		definition[which, table, column] = lines[i]
		columns[which, table] = columns[which, table] " " column
	}
}

function compare(table,    names, n, i, was, is) {
	n = split(columns["new", table], names, " ")
	for (i = 1; i <= n; i++) {
		was = definition["old", table, names[i]]
		is = definition["new", table, names[i]]
		if (was == "")
			print "ALTER TABLE " table " ADD COLUMN " is ";"
		else if (was != is)
			printf "-- By hand: in %s, %s\n-- becomes %s\n", table,
			    was, is
	}
	n = split(columns["old", table], names, " ")
	for (i = 1; i <= n; i++)
		if (!(("new", table, names[i]) in definition))
			print "ALTER TABLE " table " DROP COLUMN " names[i] ";"
}

END {
	for (i = 1; i <= table_count; i++) {
		table = order[i]
		if (("old", table) in tables)
			compare(table)
		else
			print tables["new", table]
	}
	for (i = 1; i <= gone_count; i++)
		if (!(("new", gone[i]) in known)) {
			text = gone[i]
			gsub(/\n/, "\n-- ", text)
			print "-- By hand, if it must go: " text
		}
	for (i = 1; i <= other_count; i++)
		if (!(("old", others[i]) in known))
			print others[i]
}
