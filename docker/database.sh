#!/usr/bin/env bash
# The compose file's database: a cluster of its own, with the roles that
# Homeroom wants and two users to log in as. Made at the first start; the data
# stays in the volume.
#
#   WORK_PASSWORD  of homeroom_work (the worker, the command line)
#   WEB_PASSWORD   of homeroom_web (the server)
#   DATABASE_PORT  5432 unless said otherwise
set -euo pipefail
port=${DATABASE_PORT:-5432}
data=/var/lib/homeroom/database/data
bin=$(echo /usr/lib/postgresql/*/bin)

make_cluster() {
	: "${WORK_PASSWORD:?}" "${WEB_PASSWORD:?}"
	rm -rf "$data.new"
	"$bin/initdb" -D "$data.new" -U superuser -E UTF8 --locale=C.UTF-8 \
		--auth-local=peer --auth-host=scram-sha-256 >/dev/null
	cat >>"$data.new/pg_hba.conf" <<-HBA
		local all superuser trust
		host homeroom homeroom_work,homeroom_web all scram-sha-256
	HBA
	# The first line that fits counts: ours stand first.
	sed -i '/^local/{/superuser/!d}' "$data.new/pg_hba.conf"
	"$bin/pg_ctl" -D "$data.new" -w -s -o "-c listen_addresses='' -k /tmp" start
	psql=(psql -X -q -v ON_ERROR_STOP=1 -h /tmp -U superuser)
	"${psql[@]}" -d postgres -c 'CREATE DATABASE homeroom'
	homeroom migrate --roles | "${psql[@]}" -d homeroom
	"${psql[@]}" -d homeroom -v work="$WORK_PASSWORD" \
		-v web="$WEB_PASSWORD" <<-'SQL'
		CREATE ROLE homeroom_work LOGIN PASSWORD :'work'
			IN ROLE homeroom_owner, homeroom_ingest, homeroom_serve;
		CREATE ROLE homeroom_web LOGIN PASSWORD :'web' IN ROLE homeroom_serve;
		GRANT CONNECT ON DATABASE homeroom TO homeroom_work, homeroom_web;
	SQL
	"$bin/pg_ctl" -D "$data.new" -w -s -m fast stop
	mv "$data.new" "$data"
}

if [ ! -d "$data" ]; then # not ||, which would let errors in it pass
	make_cluster
fi
exec "$bin/postgres" -D "$data" -k /tmp -p "$port" \
	-c "listen_addresses=${DATABASE_LISTEN:-*}" \
	-c max_wal_size=4GB -c jit=off
