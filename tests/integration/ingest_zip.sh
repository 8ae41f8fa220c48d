#!/bin/sh
# Zips that are no bundle, or mean harm: each is refused with a reason, and
# nothing of it is in the store.
# timeout: 600
# threads: 1
set -u
. "$HOMEROOM_TEST_SOURCE/tests/check.sh"
. "$HOMEROOM_TEST_SOURCE/tests/support/serve.sh"
export HOMEROOM_LOG=error
unset HOMEROOM_DATABASE_URL

"$HOMEROOM_BINARY" generate good --students 100 --seed 7 2>/dev/null

python3 - <<'PYTHON'
import os, stat, struct, zipfile, zlib

files = {name: open("good/" + name, "rb").read()
         for name in sorted(os.listdir("good"))}


def write(path, entries, how=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", how) as z:
        for name, data in entries:
            z.writestr(name, data)


all_files = list(files.items())
write("good.zip", all_files)
write("stored.zip", all_files, zipfile.ZIP_STORED)
write("folder.zip", [("export/" + n, d) for n, d in all_files])
write("mac.zip", all_files + [("__MACOSX/._users.csv", b"x"),
                              (".DS_Store", b"x")])
write("folders.zip", [("a/" + n if n < "m" else "b/" + n, d)
                      for n, d in all_files])
write("traversal.zip", all_files + [("../../etc/users.csv", b"x")])
write("absolute.zip", all_files + [("/etc/passwd", b"x")])
write("backslash.zip", all_files + [("..\\users.csv", b"x")])
write("control.zip", all_files + [("us\x07ers.csv", b"x")])
write("empty.zip", [])
write("nomanifest.zip", [e for e in all_files if e[0] != "manifest.csv"])
bomb = files["users.csv"] + b"x" * (200 << 20)
write("bomb.zip", [(n, bomb if n == "users.csv" else d) for n, d in all_files])
write("many.zip", [("f%d.csv" % i, b"x") for i in range(300)])

import warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    write("twice.zip", all_files + [("users.csv", files["users.csv"])])

with zipfile.ZipFile("link.zip", "w") as z:
    for name, data in all_files[:3]:
        z.writestr(name, data)
    link = zipfile.ZipInfo("users.csv")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    z.writestr(link, "/etc/passwd")

good = open("good.zip", "rb").read()
open("cut.zip", "wb").write(good[:len(good) * 2 // 3])
open("cut1.zip", "wb").write(good[:-1])
open("text.zip", "wb").write(b"sourcedId,status\n" * 100)
open("nothing.zip", "wb").write(b"")

# A byte of users.csv's packed data is another one.
with zipfile.ZipFile("good.zip") as z:
    info = z.getinfo("users.csv")
    at = info.header_offset + 30 + len("users.csv") + info.compress_size // 2
damaged = bytearray(good)
damaged[at] ^= 0x55
open("damaged.zip", "wb").write(damaged)

# Encrypted, says the flag of every entry.
locked = bytearray(good)
at = 0
while (at := locked.find(b"PK\x01\x02", at)) >= 0:
    locked[at + 8] |= 1
    at += 4
at = 0
while (at := locked.find(b"PK\x03\x04", at)) >= 0:
    locked[at + 6] |= 1
    at += 4
open("locked.zip", "wb").write(locked)
PYTHON

mkdir linked && cp good/*.csv linked/ && rm linked/users.csv &&
	ln -s /etc/passwd linked/users.csv
mkdir nested && cp good/*.csv nested/ && mkdir nested/more

versions() {
	"$HOMEROOM_BINARY" versions -o csv 2>/dev/null | grep -c '^[0-9]'
}

refused() { # ZIP PATTERN
	exits "$1 is refused" 1 "$HOMEROOM_BINARY" import "$1"
	says "$1: why" err "$2"
}

serve
refused text.zip 'no zip file'
refused nothing.zip 'no zip file'
refused cut.zip 'cut off'
refused cut1.zip 'cut off'
refused damaged.zip "'users.csv' in the bundle is damaged"
refused locked.zip 'encrypted'
refused traversal.zip 'leads out of it'
refused absolute.zip 'leads out of it'
refused backslash.zip 'leads out of it'
refused control.zip 'leads out of it'
refused twice.zip "'users.csv' twice"
refused link.zip 'a link'
refused linked 'a link'
refused folders.zip 'folders'
refused many.zip 'more than 256 files'
refused bomb.zip 'zip bomb'
refused empty.zip 'no zip file'
refused nomanifest.zip 'manifest.csv'
refused no/such.zip 'No such file'
refused /dev/null 'neither'

if [ "$(versions)" = 0 ]; then
	ok 'nothing of them was taken'
else
	not_ok 'nothing of them was taken' 'there are versions'
fi

exits 'a good one is taken' 0 "$HOMEROOM_BINARY" import good.zip
same() { # BUNDLE PATTERN: the same records, with a remark
	exits "$1 says the same" 0 "$HOMEROOM_BINARY" import "$1"
	says "$1 is no news" out 'nothing changed'
	says "$1: a remark" out "$2"
}
same stored.zip 'users.csv'
same folder.zip 'enclosing_folder'
same mac.zip 'litter'
same nested 'folder within the bundle'
same good 'users.csv'
if [ "$(versions)" = 1 ]; then
	ok 'one version of them all'
else
	not_ok 'one version of them all' "$(versions) versions"
fi

# A dry run leaves nothing behind, and neither does a check.
exits 'a dry run' 0 "$HOMEROOM_BINARY" import good.zip --dry-run --source other
exits 'a check' 0 "$HOMEROOM_BINARY" check good.zip
says 'the check has the report' out 'users.csv +bulk'
exits 'a check of a bad one' 1 "$HOMEROOM_BINARY" check cut.zip
exits 'import as JSON' 0 "$HOMEROOM_BINARY" import good.zip -o json
says 'JSON has the outcome' out '"outcome": ?"unchanged"'
