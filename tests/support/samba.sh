#!/bin/sh
# A domain controller of Samba's for tests, on a loopback address of its own.
#
# usage: samba.sh new DIR          a fresh domain in DIR, not yet started;
#                                  prints its address
#        samba.sh twin DIR OTHER   a second server in OTHER for the domain of
#                                  DIR; prints its address
#        samba.sh start DIR        until it answers
#        samba.sh stand DIR        the same, unless it does already
#        samba.sh stop DIR         at its leisure
#        samba.sh kill DIR         at once
#
# The domain: DC=ad,DC=example,DC=test (ADTEST) with OU=School, in which
# homeroom@ad.example.test may do what a provisioning account needs to, and
# nothing elsewhere but see what was deleted. Passwords: Passw0rd.Service1; the administrator's is
# Passw0rd.Admin1. DIR/tls/ca.pem vouches for the server. What Samba has no
# LDAP for: ldbsearch, ldbmodify, samba-tool with -H DIR/private/sam.ldb.
#
# The first domain takes seconds to make, and is kept beside the build: others
# are copies of it.
set -eu

base=DC=ad,DC=example,DC=test
realm=AD.EXAMPLE.TEST
admin=Passw0rd.Admin1
patience=120 # seconds, on a machine with much else to do

fail() { # WHY FILE
	echo "samba: $1" >&2
	[ ! -f "$2" ] || tail -n 20 "$2" | sed 's/^/samba: /' >&2
	exit 1
}

kept() { # where the first domain is kept: another for another recipe
	top=${HOMEROOM_BINARY:-build/homeroom}
	echo "$(dirname "$top")/samba-$(cksum <"$0" | tr -d ' ')"
}

authority() { # DIR: an authority of its own
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 3650 -subj "/CN=Test AD CA" -keyout "$1/tls/ca.key" \
		-out "$1/tls/ca.pem" 2>/dev/null
}

certify() { # DIR ADDRESS
	printf 'subjectAltName=DNS:dc1.ad.example.test,IP:%s\n' "$2" \
		>"$1/tls/ext"
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=dc1.ad.example.test" -keyout "$1/tls/dc.key" \
		-out "$1/tls/dc.csr" 2>/dev/null
	openssl x509 -req -in "$1/tls/dc.csr" -CA "$1/tls/ca.pem" \
		-CAkey "$1/tls/ca.key" -CAcreateserial -days 30 \
		-extfile "$1/tls/ext" -out "$1/tls/dc.pem" 2>/dev/null
	chmod 600 "$1/tls/dc.key"
}

service_account() { # DIR
	sam=$1/private/sam.ldb
	samba-tool domain passwordsettings set -H "$sam" --min-pwd-age=0 \
		--max-pwd-age=0
	samba-tool ou create -H "$sam" "OU=School,$base"
	samba-tool user create -H "$sam" homeroom Passw0rd.Service1
	sid=$(ldbsearch -H "$sam" '(sAMAccountName=homeroom)' objectSid |
		sed -n 's/^objectSid: //p')
	user=bf967aba-0de6-11d0-a285-00aa003049e2
	group=bf967a9c-0de6-11d0-a285-00aa003049e2
	unit=bf967aa5-0de6-11d0-a285-00aa003049e2
	samba-tool dsacl set -H "$sam" --objectdn="OU=School,$base" \
		--sddl="(OA;CI;CCDC;$user;;$sid)(OA;CIIO;GA;;$user;$sid)(OA;CI;CCDC;$group;;$sid)(OA;CIIO;GA;;$group;$sid)(OA;CI;CCDC;$unit;;$sid)(OA;CIIO;SDWP;;$unit;$sid)"
	see_deleted "$1" "$sid"
}

# samba-tool does not find that container: it counts as deleted itself.
see_deleted() { # DIR SID: what was deleted, though not bring it back
	/usr/bin/python3 - "$1/private/sam.ldb" "$2" <<-'END'
		import sys
		import ldb
		from samba.auth import system_session
		from samba.dcerpc import security
		from samba.ndr import ndr_pack, ndr_unpack
		from samba.param import LoadParm
		from samba.samdb import SamDB

		db = SamDB(sys.argv[1], session_info=system_session(), lp=LoadParm())
		domain = security.dom_sid(db.get_domain_sid())
		dn = ldb.Dn(db, "CN=Deleted Objects,%s" % db.domain_dn())
		how = ["show_deleted:1", "sd_flags:1:4"]
		name = "nTSecurityDescriptor"
		old = db.search(dn, ldb.SCOPE_BASE, attrs=[name], controls=how)[0]
		sddl = ndr_unpack(security.descriptor, old[name][0]).as_sddl(domain)
		sddl = sddl.replace("(", "(A;CI;LCRP;;;%s)(" % sys.argv[2], 1)
		new = ndr_pack(security.descriptor.from_sddl(sddl, domain))
		change = ldb.Message(dn)
		change[name] = ldb.MessageElement(new, ldb.FLAG_MOD_REPLACE, name)
		db.modify(change, controls=how)
	END
}

first_domain() { # DIR
	mkdir -p "$1/tls" "$1/log"
	chmod 700 "$1"
	: >"$1/seed.conf"
	samba-tool domain provision --configfile="$1/seed.conf" \
		--targetdir="$1" --use-rfc2307 --realm=$realm --domain=ADTEST \
		--server-role=dc --dns-backend=NONE --adminpass=$admin \
		--host-name=dc1 --host-ip=127.0.0.1 >"$1/log/provision" 2>&1 ||
		fail "no domain" "$1/log/provision"
	service_account "$1" >"$1/log/account" 2>&1 ||
		fail "no service account" "$1/log/account"
	authority "$1"
}

an_address() {
	od -An -N3 -tu1 /dev/urandom |
		awk '{ printf "127.%d.%d.%d\n", 64 + $1 % 64, $2, 1 + $3 % 254 }'
}

# Kerberos within TLS seals nothing twice, with Windows as with this setting.
settings() { # DIR ADDRESS DATA
	cat >"$1/smb.conf" <<-END
		[global]
		workgroup = ADTEST
		realm = $realm
		netbios name = DC1
		server role = active directory domain controller
		server services = ${SAMBA_SERVICES:-ldap}
		interfaces = $2/8
		bind interfaces only = yes
		private dir = $3/private
		state directory = $3/state
		lock directory = $1
		cache directory = $1/cache
		pid directory = $1
		ncalrpc dir = $1/ncalrpc
		log file = $1/log/samba
		logging = file
		log level = 1
		tls enabled = yes
		tls keyfile = $1/tls/dc.key
		tls certfile = $1/tls/dc.pem
		tls cafile = $1/tls/ca.pem
		ldap server require strong auth = allow_sasl_over_tls
		idmap_ldb:use rfc2307 = yes
	END
	echo "$2" >"$1/address"
}

new() { # DIR
	gold=$(kept)
	mkdir -p "$(dirname "$gold")"
	(
		flock 9
		if [ ! -d "$gold" ]; then
			rm -rf "$gold.new"
			first_domain "$(readlink -f "$gold.new")"
			mv "$gold.new" "$gold"
		fi
	) 9>"$gold.lock"
	rm -rf "$1"
	cp -a "$gold" "$1"
	dir=$(readlink -f "$1")
	address=$(an_address)
	certify "$dir" "$address"
	settings "$dir" "$address" "$dir"
	echo "$address"
}

twin() { # DIR OTHER
	dir=$(readlink -f "$1")
	rm -rf "$2"
	mkdir -p "$2/log" "$2/cache"
	chmod 700 "$2"
	cp -a "$dir/tls" "$2/tls"
	other=$(readlink -f "$2")
	address=$(an_address)
	certify "$other" "$address"
	settings "$other" "$address" "$dir"
	echo "$address"
}

answers() { # DIR
	LDAPTLS_REQCERT=never timeout 20 ldapsearch -LLL -x \
		-H "ldaps://$(cat "$1/address")" -s base -b '' dn \
		>/dev/null 2>&1
}

# Who is dead and not buried yet holds no port and no lock.
alive() { # PID
	grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$1/status"
}

family() { # PID: it, and those that it started
	echo "$1"
	for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null || :); do
		family "$child"
	done
}

# What is to be seen of a server that is not as it should be: whether it runs,
# whether its database opens, and its own last words (a port that is taken is
# among those).
explain() { # WHY DIR
	echo "samba: $1" >&2
	pid=$(cat "$2/pid" 2>/dev/null || :)
	echo "samba: process ${pid:-none}: $(sed -n 's/^State:[[:space:]]*//p' \
		"/proc/${pid:-none}/status" 2>/dev/null || echo gone)" >&2
	data=$(sed -n 's/^[[:space:]]*private dir = //p' "$2/smb.conf")
	if timeout 20 ldbsearch -H "$data/sam.ldb" -s base -b "$base" dn \
		>"$2/log/database" 2>&1; then
		echo "samba: its database opens" >&2
	else
		sed 's/^/samba: its database: /' "$2/log/database" >&2
	fi
	fail "its own last words:" "$2/log/samba"
}

within() { # SECONDS COMMAND…: until it holds
	end=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt "$end" ] || return 1
		sleep 0.02
	done
}

settled() { # DIR: it answers, or has ended
	answers "$1" || ! alive "$(cat "$1/pid")"
}

start() { # DIR
	dir=$(readlink -f "$1")
	! alive "$(cat "$dir/pid" 2>/dev/null)" ||
		explain "it was to be started, and runs" "$dir"
	/usr/sbin/samba -F --no-process-group -M "${SAMBA_MODEL:-single}" \
		-s "$dir/smb.conf" >"$dir/log/out" 2>&1 </dev/null 9>&- &
	echo $! >"$dir/pid"
	within "$patience" settled "$dir" ||
		explain "it runs, and does not answer within $patience s" "$dir"
	alive "$(cat "$dir/pid")" ||
		explain "it ended while it was to start" "$dir"
}

stand() { # DIR: whatever was done to it before
	pid=$(cat "$1/pid")
	if alive "$pid"; then
		kill -CONT "$pid"
		! answers "$1" || return 0
		end "$1" KILL
	fi
	start "$1"
}

gone() { # PID…
	for one; do
		! alive "$one" || return 1
	done
}

# Those that it started would keep its port and its locks.
end() { # DIR SIGNAL
	all=$(family "$(cat "$1/pid")")
	# shellcheck disable=SC2086
	if [ "$2" = KILL ]; then
		kill -KILL $all 2>/dev/null || :
	else
		kill "-$2" "$(cat "$1/pid")" 2>/dev/null || :
	fi
	# shellcheck disable=SC2086
	within "$patience" gone $all ||
		explain "it does not end within $patience s" "$1"
}

case $1 in
new) new "$2" ;;
twin) twin "$2" "$3" ;;
start) start "$2" ;;
stand) stand "$2" ;;
stop) end "$2" TERM ;;
kill) end "$2" KILL ;;
*) fail "what is $1?" "" ;;
esac
