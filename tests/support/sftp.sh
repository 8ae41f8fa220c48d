# For test scripts: . "$HOMEROOM_TEST_SOURCE/tests/support/sftp.sh"
# An SFTP server of OpenSSH's on a port of its own, which lets this user in by
# ./sftp/key into ./sftp/files.

# sftp_make: keys and settings; $sftp_host_key is its key's digest
sftp_make() {
	mkdir -p sftp/files
	chmod 755 sftp
	ssh-keygen -q -t ed25519 -N '' -f sftp/host
	ssh-keygen -q -t ed25519 -N '' -f sftp/other
	ssh-keygen -q -t ed25519 -N '' -f sftp/key
	ssh-keygen -q -t ed25519 -N '' -f sftp/stranger
	cp sftp/key.pub sftp/authorized
	sftp_host_key=$(ssh-keygen -lf sftp/host.pub | cut -d' ' -f2)
	sftp_port=$(free_port)
	cat >sftp/config <<-EOF
		ListenAddress 127.0.0.1:$sftp_port
		HostKey $PWD/sftp/host
		AuthorizedKeysFile $PWD/sftp/authorized
		PidFile $PWD/sftp/pid
		StrictModes no
		UsePAM no
		PasswordAuthentication no
		PermitRootLogin yes
		Subsystem sftp internal-sftp
		ForceCommand internal-sftp
	EOF
	# Where it goes to when it is started by root.
	[ "$(id -u)" != 0 ] || mkdir -p /run/sshd
}

sftp_start() {
	/usr/sbin/sshd -D -e -f sftp/config 2>>sftp/log &
	sftp_pid=$!
	for _ in $(seq 100); do
		grep -q 'Server listening' sftp/log && return
		kill -0 "$sftp_pid" 2>/dev/null || break
		sleep 0.1
	done
	echo "not ok sftp: it did not start"
	sed 's/^/# /' sftp/log
	exit 1
}

sftp_stop() {
	kill "$sftp_pid"
	wait "$sftp_pid" 2>/dev/null
	: >sftp/log
}

# free_port: one that nobody listens on just now
free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
