#!/bin/sh
# Writes what the program's tables say into the checked-in files.
#
# usage: gen.sh HOMEROOM TOP
set -eu
homeroom=$1 top=$2

write() { # FILE describe's flags…: replaced only when it is whole
	file=$top/$1
	shift
	mkdir -p "$(dirname "$file")"
	"$homeroom" describe "$@" >"$file.new"
	if cmp -s "$file.new" "$file"; then
		rm "$file.new"
	else
		mv "$file.new" "$file"
		echo "wrote $file"
	fi
}

write docs/settings.md --settings
write docs/model.md --markdown
write sql/model.sql --sql
for name in $("$homeroom" describe --apis); do
	write "api/$name.json" --openapi "$name"
done
write docs/profiles.md --profiles
for kind in district source application grant directory rule notification; do
	write "schema/$kind.json" --schema "$kind"
done
