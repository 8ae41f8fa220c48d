# A PostgreSQL server of somebody else, for tests that read from it. Sourced.
#
#   there_make          makes it in ./there, starts it; the user reader has the
#                       password in ./reader.password
#   there_start, there_stop, there_kill
#   there SQL           as its superuser; prints what it answers
#   there_socket        its folder; there_port: its number

there_bin=$(find /usr/lib/postgresql -name initdb -exec dirname {} + |
	sort -V | tail -1)
there_as=
[ "$(id -u)" != 0 ] ||
	there_as='setpriv --reuid=postgres --regid=postgres --clear-groups'

there_make() {
	there_port=$(python3 -c 'import socket; s = socket.socket()
s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	mkdir there
	[ -z "$there_as" ] || chown postgres there
	$there_as "$there_bin/initdb" -D there/data -U postgres -A trust \
		-E UTF8 --no-sync >initdb.log 2>&1 || return 1
	cat >pg_hba.conf <<-CONF
		local all postgres trust
		local all all scram-sha-256
		hostssl all all 127.0.0.1/32 scram-sha-256
	CONF
	cat pg_hba.conf >there/data/pg_hba.conf
	there_socket=$PWD/there
	cat >>there/data/postgresql.conf <<-CONF
		listen_addresses = '127.0.0.1'
		port = $there_port
		unix_socket_directories = '$there_socket'
		fsync = off
	CONF
	there_start || return 1
	echo 'se;cr{e}t word' >reader.password
	there "create role reader login password 'se;cr{e}t word'" >/dev/null
}

there_start() {
	$there_as "$there_bin/pg_ctl" -D there/data -l there/log -w start \
		>/dev/null 2>&1
}

there_stop() {
	$there_as "$there_bin/pg_ctl" -D there/data -m fast -w stop \
		>/dev/null 2>&1
}

there() {
	"$there_bin/psql" -h "$there_socket" -p "$there_port" -U postgres \
		-d postgres -qAtX -v ON_ERROR_STOP=1 -c "$1"
}
