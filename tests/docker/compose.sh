#!/usr/bin/env bash
# timeout: 900
# docker-compose up, a bundle in, a publisher's pull out: with a real Docker
# engine, private to this test, that leaves the host's network alone.
set -euo pipefail
source=${HOMEROOM_TEST_SOURCE:?}
work=$PWD

if [ "$(id -u)" != 0 ] || ! command -v dockerd >/dev/null; then
	echo "skip docker compose: needs root and docker.io (make deps installs it)"
	exit 0
fi

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

export DOCKER_HOST=unix://$work/docker.sock
export WORK_PASSWORD=work-$RANDOM WEB_PASSWORD=web-$RANDOM
DATABASE_PORT=$(free_port)
SERVE_PORT=$(free_port)
export DATABASE_PORT SERVE_PORT

# On the host's network a port cannot be mapped.
sed '/^ *ports:/d' "$source/docker/compose.yaml" >"$work/compose.yaml"

compose() {
	docker-compose -p homeroom$$ --project-directory "$source/docker" \
		-f "$work/compose.yaml" -f "$source/docker/compose.host.yaml" "$@"
}

finish() {
	compose down -v >/dev/null 2>&1 || echo "# compose down failed"
	kill "$(cat "$work/pid")" 2>/dev/null
	wait "$engine" 2>/dev/null
	umount "$work"/exec/netns/* 2>/dev/null
	return 0
}

dockerd -H "$DOCKER_HOST" --data-root "$work/root" --exec-root "$work/exec" \
	-p "$work/pid" --iptables=false --ip6tables=false --bridge=none \
	--ip-forward=false --ip-masq=false >"$work/dockerd.log" 2>&1 &
engine=$!
trap finish EXIT
for _ in $(seq 100); do
	docker version >/dev/null 2>&1 && break
	sleep 0.1
done

# No registry is asked: the base image is made of Debian's packages.
mmdebstrap --quiet --variant=minbase bookworm "$work/base.tar" \
	/etc/apt/sources.list.d/debian.sources 2>"$work/base.log" ||
	mmdebstrap --quiet --variant=minbase bookworm "$work/base.tar" 2>>"$work/base.log"
docker import "$work/base.tar" debian:bookworm-slim >/dev/null
rm "$work/base.tar"

DOCKER_BUILDKIT=0 COMPOSE_DOCKER_CLI_BUILD=0 compose build -q db >"$work/build.log" 2>&1 || {
	tail -40 "$work/build.log"
	echo "not ok docker build: the image does not build"
	exit 1
}
echo "ok docker build"

compose up -d --no-build >"$work/up.log" 2>&1 || {
	cat "$work/up.log"
	compose ps
	compose logs --no-color --tail=40
	echo "not ok docker compose up: a service did not become healthy"
	exit 1
}
echo "ok docker compose up"

compose exec -T work homeroom generate /tmp/district --students 200 >/dev/null
compose exec -T work homeroom import /tmp/district >"$work/import.log"
compose exec -T work homeroom application create docker --full -o json >"$work/application.json"
base=http://127.0.0.1:$SERVE_PORT
read -r id secret < <(python3 -c '
import json, sys
a = json.load(open(sys.argv[1])); a = a[0] if isinstance(a, list) else a
print(a["clientId"], a["clientSecret"])' "$work/application.json")
token=$(curl -sf -u "$id:$secret" -d grant_type=client_credentials "$base/oauth/token" |
	python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')
total=$(curl -sf -D- -o "$work/users.json" -H "Authorization: Bearer $token" \
	"$base/ims/oneroster/rostering/v1p2/students?limit=10000" |
	tr -d '\r' | awk -F': ' 'tolower($1) == "x-total-count" { print $2 }')
got=$(python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["users"]))' "$work/users.json")
if [ "$total" = "$got" ] && [ "$got" -ge 200 ]; then
	echo "ok docker pull: $got students"
else
	echo "not ok docker pull: X-Total-Count $total, $got users"
fi

user=$(compose exec -T serve id -u | tr -d '\r')
[ "$user" = 801 ] && echo "ok docker user: not root" || echo "not ok docker user: uid $user"
