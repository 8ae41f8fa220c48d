# Holds every include to src/rooms (who opens whose door) and to
# tests/lint/libraries (who may use which library).

function finding(text) {
	printf "%s:%d: %s\n", FILENAME, FNR, text
}

# The room of a file: the longest folder that src/rooms has a row for.
function room_of(file,    path) {
	if (file ~ /^include\/homeroom\//) {
		path = file
		gsub(/.*\/|\.h$/, "", path)
		return path
	}
	if (file == "src/main.c")
		return "main"
	path = file
	sub(/^src\//, "", path)
	do {
		if (!sub(/\/[^\/]*$/, "", path))
			return path
	} while (!(path in doors))
	return path
}

function floor_of(room) { # serve/edge is a part of serve
	sub(/\/.*/, "", room)
	return room
}

FILENAME == ARGV[1] {
	if ($0 ~ /^#/ || NF == 0)
		next
	doors[$1] = " "
	for (i = 2; i <= NF; i++)
		doors[$1] = doors[$1] $i " "
	next
}

FILENAME == ARGV[2] {
	if ($0 ~ /^#/ || NF == 0)
		next
	library_rooms[$1] = " "
	for (i = 2; i <= NF; i++)
		library_rooms[$1] = library_rooms[$1] $i " "
	next
}

FNR == 1 {
	room = room_of(FILENAME)
	own = floor_of(room)
	if (FILENAME ~ /^src\/.*\.h$/) {
		name = room
		sub(/.*\//, "", name)
		if (FILENAME !~ ("(^|/)" name "\\.h$"))
			finding("a room has one private header; move this into src/" \
			    room "/" name ".h")
	}
}

/^#include "homeroom\// {
	split($2, part, /[\/".]/)
	door = part[3]
	if (door != own && index(doors[room], " " door " ") == 0)
		finding(room " may not open the door of " door \
		    "; move what both need down a floor, or see src/rooms")
	next
}

/^#include "/ {
	header = $2
	gsub(/"/, "", header)
	sub(/^(\.\.\/)+/, "", header)
	if (FILENAME ~ /^include\// && header != "statements.inc")
		finding("a door includes doors only; move this behind it")
	if (header ~ /\// && floor_of(header) != own && \
	    !((own "/" floor_of(header)) in doors))
		finding("this is another room's private header; open its door")
	next
}

/^#include </ {
	header = $2
	gsub(/[<>]/, "", header)
	for (library in library_rooms) {
		if (index(header, library) != 1)
			continue
		if (FILENAME ~ /^include\//)
			finding("a door shows no library; declare the type, or wrap it")
		else if (index(library_rooms[library], " " room " ") == 0 &&
		    index(library_rooms[library], " " own " ") == 0)
			finding(room " may not use " library \
			    "; ask the room that wraps it, or see tests/lint/libraries")
	}
}
