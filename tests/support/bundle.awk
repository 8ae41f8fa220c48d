# Checks a bulk bundle against the CSV binding, and against what holds in a
# real district. Says what is wrong, a line each; silence is success.
#
# usage: awk -v version=1.2 -f bundle.awk bundle.columns \
#	pass=1 DIR/*.csv pass=2 DIR/*.csv
#
# The first pass gathers what others refer to, the second checks.

function wrong(what) {
	if (++findings <= 200)
		printf "%s:%d: %s\n", file, FNR, what
}

# A record into cell[1] to cell[cells]; RFC 4180 without breaks in a cell.
function split_record(line,    at, piece, quoted) {
	cells = 0
	if (line !~ /"/) {
		cells = split(line, cell, ",")
		return
	}
	while (1) {
		if (substr(line, 1, 1) == "\"") {
			piece = ""
			line = substr(line, 2)
			while ((at = index(line, "\"")) > 0 &&
			    substr(line, at + 1, 1) == "\"") {
				piece = piece substr(line, 1, at)
				line = substr(line, at + 2)
			}
			if (at == 0)
				wrong("a quote is not closed")
			piece = piece substr(line, 1, at - 1)
			line = substr(line, at + 1)
		} else {
			match(line, /^[^,]*/)
			piece = substr(line, 1, RLENGTH)
			line = substr(line, RLENGTH + 1)
			if (piece ~ /"/)
				wrong("a quote inside an unquoted cell")
		}
		cell[++cells] = piece
		if (line == "")
			return
		if (substr(line, 1, 1) != ",")
			wrong("text after a closing quote")
		line = substr(line, 2)
		if (line == "") {
			cell[++cells] = ""
			return
		}
	}
}

function value(column) {
	return (file, column) in place ? cell[place[file, column]] : ""
}

function days_in(month, year) {
	if (month == 2)
		return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
}

function is_date(text,    year, month, day) {
	year = substr(text, 1, 4) + 0
	month = substr(text, 6, 2) + 0
	day = substr(text, 9, 2) + 0
	return text ~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]$/ &&
	    month >= 1 && month <= 12 && day >= 1 &&
	    day <= days_in(month, year)
}

function is_id(text) {
	return text ~ /^[0-9A-Za-z.\/@_-]+$/ && length(text) < 256
}

function is_word(text, words) {
	gsub(/ /, "_", text)
	return text != "" && index("|" words "|", "|" text "|") > 0
}

# Whether the text is of that kind; `of` is what follows the kind's colon.
function fits(text, kind, of,    n, i, item) {
	if (kind == "date")
		return is_date(text)
	if (kind == "year")
		return text ~ /^[0-9][0-9][0-9][0-9]$/
	if (kind == "integer")
		return text ~ /^-?[0-9]+$/
	if (kind == "number")
		return text ~ /^-?[0-9]+(\.[0-9]+)?$/
	if (kind == "word")
		return is_word(text, of)
	if (kind == "ref")
		return (of, text) in known
	if (kind == "text")
		return length(text) < 256
	n = split(text, item, ",")
	for (i = 1; i <= n; i++) {
		if (item[i] == "" || item[i] ~ /^ | $/)
			return 0
		if (kind == "refs" && !((of, item[i]) in known))
			return 0
		if (kind == "words" && !is_word(item[i], of))
			return 0
		if (kind == "pairs" && item[i] !~ /^\{[^:{}]+:[^{}]+\}$/)
			return 0
	}
	return 1
}

# --- the columns -------------------------------------------------------------

FILENAME ~ /\.columns$/ {
	if (/^#/)
		next
	need = version == "1.1" ? $4 : $5
	if (need == "-")
		next
	if (!($1 in header)) {
		header[$1] = "sourcedId,status,dateLastModified"
		width[$1] = 3
		place[$1, "sourcedId"] = 1
	}
	header[$1] = header[$1] "," $2
	width[$1]++
	column_name[$1, width[$1]] = $2
	column_need[$1, width[$1]] = need
	place[$1, $2] = width[$1]
	at = index($3, ":")
	column_kind[$1, width[$1]] = at ? substr($3, 1, at - 1) : $3
	column_of[$1, width[$1]] = at ? substr($3, at + 1) : ""
	next
}

# --- every file --------------------------------------------------------------

FNR == 1 {
	file = FILENAME
	sub(/.*\//, "", file)
	sub(/\.csv$/, "", file)
	if (pass == 1)
		present[file] = FILENAME
}

{
	if (!sub(/\r$/, ""))
		wrong("the line does not end in CRLF")
}

file == "manifest" {
	split_record($0)
	if (FNR == 1 && $0 != "propertyName,value")
		wrong("the header is " $0)
	manifest[cell[1]] = cell[2]
	next
}

FNR == 1 {
	if (!(file in header)) {
		wrong("there is no such file in " version)
		next
	}
	metadata = split(substr($0, length(header[file]) + 2), extra, ",")
	if (substr($0, 1, length(header[file])) != header[file])
		wrong("the header is " $0)
	for (i = 1; i <= metadata; i++)
		if (extra[i] !~ /^metadata\.[A-Za-z]+$/)
			wrong("the header has " extra[i])
	next
}

{
	split_record($0)
	id = cell[1]
}

pass == 1 {
	rows[file]++
	if ((file, id) in known)
		wrong("sourcedId " id " comes twice")
	known[file, id] = 1
	if (value("type") == "schoolYear")
		year = substr(value("startDate"), 1, 4)
	gather()
	next
}

{
	if (cells != width[file] + metadata)
		wrong("has " cells " cells")
	if (!is_id(id))
		wrong("sourcedId is " id)
	if (cell[2] != "" || cell[3] != "")
		wrong("status and dateLastModified must be blank")
	for (i = 4; i <= width[file]; i++) {
		if (cell[i] == "") {
			if (column_need[file, i] == "!")
				wrong(column_name[file, i] " is blank")
		} else if (!fits(cell[i], column_kind[file, i], column_of[file, i])) {
			wrong(column_name[file, i] " is " cell[i])
		}
	}
	check()
}

# --- what holds in a district ------------------------------------------------

function gather(    n, i, item) {
	if (file == "orgs") {
		org_type[id] = value("type")
	} else if (file == "academicSessions") {
		session_type[id] = value("type")
		session_parent[id] = value("parentSourcedId")
		session_begins[id] = value("startDate")
		session_ends[id] = value("endDate")
		if (value("type") == "gradingPeriod")
			graded_in[value("parentSourcedId")]++
	} else if (file == "classes") {
		class_school[id] = value("schoolSourcedId")
		class_terms[id] = value("termSourcedIds")
		n = split(value("termSourcedIds"), item, ",")
		for (i = 1; i <= n; i++) {
			if (i == 1 || session_begins[item[i]] < class_begins[id])
				class_begins[id] = session_begins[item[i]]
			if (i == 1 || session_ends[item[i]] > class_ends[id])
				class_ends[id] = session_ends[item[i]]
		}
	} else if (file == "lineItems") {
		item_class[id] = value("classSourcedId")
		item_low[id] = value("resultValueMin")
		item_high[id] = value("resultValueMax")
	} else if (file == "enrollments") {
		enrolled[value("userSourcedId"), value("classSourcedId")]++
		if (value("role") == "student") {
			in_class[value("classSourcedId")]++
			classes_of[value("userSourcedId")]++
		} else if (value("role") == "teacher" && value("primary") == "true") {
			teachers[value("classSourcedId")]++
		}
	} else if (file == "roles") {
		serves[value("userSourcedId"), value("orgSourcedId")] = 1
		has_role[value("userSourcedId")] = 1
		if (value("roleType") == "primary")
			primaries[value("userSourcedId"), value("orgSourcedId")]++
	} else if (file == "users") {
		usernames[value("username")]++
		agents[id] = value("agentSourcedIds")
		grade_of[id] = value("grades")
		n = split(value("orgSourcedIds"), item, ",")
		for (i = 1; i <= n; i++)
			serves[id, item[i]] = 1
	}
}

function check_academicSessions(    parent) {
	parent = value("parentSourcedId")
	if (value("startDate") >= value("endDate"))
		wrong("ends before it begins")
	if (parent != "" && (value("startDate") < session_begins[parent] ||
	    value("endDate") > session_ends[parent]))
		wrong("is not within its parent")
}

function check_classes(    n, i, item) {
	if (org_type[value("schoolSourcedId")] != "school")
		wrong("is not of a school")
	n = split(value("termSourcedIds"), item, ",")
	for (i = 1; i <= n; i++)
		if (session_type[item[i]] != "term" || !(item[i] in graded_in))
			wrong(item[i] " is no term with grading periods")
	n = split(value("subjects"), item, ",")
	if (split(value("subjectCodes"), item, ",") != n)
		wrong("subjects and subjectCodes don't pair")
	if (teachers[id] != 1)
		wrong("has " teachers[id] + 0 " primary teachers")
	if (in_class[id] + 0 < least || in_class[id] + 0 > most)
		wrong("has " in_class[id] + 0 " students")
}

function check_enrollments(    class) {
	class = value("classSourcedId")
	if (value("schoolSourcedId") != class_school[class])
		wrong("is not at the school of its class")
	if (value("beginDate") < class_begins[class] ||
	    value("endDate") > class_ends[class] ||
	    value("beginDate") >= value("endDate"))
		wrong("is not within the terms of its class")
	if (!((value("userSourcedId"), value("schoolSourcedId")) in serves))
		wrong("the user has no role at the school")
	if (enrolled[value("userSourcedId"), class] != 1)
		wrong("the user is in the class more than once")
}

function check_users(    n, i, item) {
	if (usernames[value("username")] != 1 ||
	    value("username") !~ /^[a-z0-9.-]+$/)
		wrong("username is " value("username"))
	if (value("email") != "" &&
	    value("email") !~ /^[a-z0-9.-]+@([a-z]+\.)*example\.org$/)
		wrong("email is " value("email"))
	n = split(value("agentSourcedIds"), item, ",")
	for (i = 1; i <= n; i++)
		if (index("," agents[item[i]] ",", "," id ",") == 0)
			wrong(item[i] " does not name it as an agent")
	if (version != "1.1" && !(id in has_role))
		wrong("has no role")
	if (value("grades") != "" && classes_of[id] < 6)
		wrong("is in " classes_of[id] + 0 " classes")
}

function check_roles() {
	if (primaries[value("userSourcedId"), value("orgSourcedId")] != 1)
		wrong("not one role at the org is primary")
}

function check_demographics(    n, i) {
	if (!(("users", id) in known))
		wrong("is of no user")
	n = grade_of[id] == "KG" ? 0 : grade_of[id] + 0
	i = year - n - substr(value("birthDate"), 1, 4)
	if (i < 5 || i > 7)
		wrong("born " value("birthDate") " and in grade " grade_of[id])
}

function check_lineItems(    parent, class) {
	class = value("classSourcedId")
	parent = value(version == "1.1" ? "gradingPeriodSourcedId" : "academicSessionSourcedId")
	if (session_type[parent] != "gradingPeriod" ||
	    index("," class_terms[class] ",", "," session_parent[parent] ",") == 0)
		wrong("is not in a grading period of its class")
	if (value("assignDate") < session_begins[parent] ||
	    value("dueDate") >= session_ends[parent])
		wrong("is not within its grading period")
	if (version != "1.1" && value("schoolSourcedId") != class_school[class])
		wrong("is not at the school of its class")
}

function check_results(    class, item) {
	class = item_class[value("lineItemSourcedId")]
	if (!((value("studentSourcedId"), class) in enrolled))
		wrong("the student is not in the class")
	if (version != "1.1" && value("classSourcedId") != class)
		wrong("is not of its line item's class")
	item = value("lineItemSourcedId")
	if (value("score") != "" && (value("score") + 0 < item_low[item] + 0 ||
	    value("score") + 0 > item_high[item] + 0))
		wrong("score " value("score") " is out of range")
}

function check() {
	if (file == "academicSessions")
		check_academicSessions()
	else if (file == "classes")
		check_classes()
	else if (file == "enrollments")
		check_enrollments()
	else if (file == "users")
		check_users()
	else if (file == "roles")
		check_roles()
	else if (file == "demographics")
		check_demographics()
	else if (file == "lineItems")
		check_lineItems()
	else if (file == "results")
		check_results()
}

END {
	file = "manifest"
	FNR = 0
	if (manifest["oneroster.version"] != version)
		wrong("is of version " manifest["oneroster.version"])
	for (name in header) {
		said = manifest["file." name]
		if (said != (name in present ? "bulk" : "absent"))
			wrong("says " name " is " said)
		if (name in present && rows[name] == 0)
			wrong(name " has no rows")
	}
	if (findings > 200)
		printf "… and %d more\n", findings - 200
}
