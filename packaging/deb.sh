#!/bin/sh
# Makes the Debian package BUILD/homeroom_VERSION_ARCH.deb.
#
# usage: deb.sh BUILD
set -eu
build=$1
version=$("$build/homeroom" --version | cut -d' ' -f2)
arch=$(dpkg --print-architecture)
root=$build/deb
rm -rf "$root"

make -s install DESTDIR="$root" PREFIX=/usr BUILD="$build"
strip --strip-unneeded "$root/usr/bin/homeroom"
install -D -m 640 packaging/homeroom.conf "$root/etc/homeroom.conf"

# dpkg-shlibdeps knows which packages the linked libraries come from.
mkdir -p "$root/debian" "$root/DEBIAN"
printf 'Source: homeroom\n\nPackage: homeroom\nArchitecture: any\n' \
	>"$root/debian/control"
libraries=$(cd "$root" && dpkg-shlibdeps -O usr/bin/homeroom 2>/dev/null |
	sed -n 's/^shlibs:Depends=//p')
rm -r "$root/debian"

cat >"$root/DEBIAN/control" <<END
Package: homeroom
Version: $version
Architecture: $arch
Maintainer: Homeroom maintainers <homeroom@localhost>
Section: net
Priority: optional
Depends: $libraries, adduser
Recommends: postgresql
Installed-Size: $(du -ks "$root" | cut -f1)
Description: rostering server for schools
 Takes in rosters as OneRoster CSV, keeps every version of them, and serves
 them to publishers over OneRoster REST 1.1 and 1.2.
END
echo /etc/homeroom.conf >"$root/DEBIAN/conffiles"

cat >"$root/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
	adduser --system --group --quiet --home /var/lib/homeroom \
		--no-create-home homeroom
	install -d -m 700 -o homeroom -g homeroom /var/lib/homeroom
	chgrp homeroom /etc/homeroom.conf
	if [ -d /run/systemd/system ]; then
		systemctl daemon-reload
		systemctl try-restart homeroom.service
	fi
fi
END
cat >"$root/DEBIAN/prerm" <<'END'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
	systemctl disable --now homeroom.service
fi
END
cat >"$root/DEBIAN/postrm" <<'END'
#!/bin/sh
# The roster stays in /var/lib/homeroom until an administrator removes it.
set -e
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
END
chmod 755 "$root"/DEBIAN/postinst "$root"/DEBIAN/prerm "$root"/DEBIAN/postrm
dpkg-deb --root-owner-group --build "$root" \
	"$build/homeroom_${version}_$arch.deb"
