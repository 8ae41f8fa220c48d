#!/usr/bin/python3
"""An SFTP server (version 3) on stdin and stdout, started by sshd: its one
file has the name in the first argument, whatever that is."""
import struct
import sys

NAME = sys.argv[1].encode()
CONTENT = b"planted\n"
INIT, OPEN, CLOSE, READ, LSTAT, FSTAT, OPENDIR, READDIR, REALPATH, STAT = (
    1, 3, 4, 5, 7, 8, 11, 12, 16, 17)
VERSION, STATUS, HANDLE, DATA, NAMES, ATTRS = 2, 101, 102, 103, 104, 105
SIZE = struct.pack(">IQ", 1, len(CONTENT))


def text(of):
    return struct.pack(">I", len(of)) + of


def names(name, shown):
    return struct.pack(">I", 1) + text(name) + text(shown) + SIZE


def end(code):
    return STATUS, struct.pack(">I", code) + text(b"") + text(b"")


def answer(kind, rest, told):
    if kind == REALPATH:
        return NAMES, names(b"/home", b"/home")
    if kind in (OPEN, OPENDIR):
        told.clear()
        return HANDLE, text(b"h%d" % kind)
    if kind == READDIR and not told:
        told.append(True)
        return NAMES, names(NAME, b"-rw-r--r--    1 u        g        %8d "
                            b"Jan  1 00:00 %s" % (len(CONTENT), NAME))
    if kind == READ:
        at, = struct.unpack_from(">Q", rest, 4 + rest[3])
        if at < len(CONTENT):
            return DATA, text(CONTENT[at:])
    if kind in (STAT, LSTAT, FSTAT):
        return ATTRS, SIZE
    return end(0 if kind == CLOSE else 1)


def main():
    told = []
    while True:
        size = sys.stdin.buffer.read(4)
        if len(size) < 4:
            return
        packet = sys.stdin.buffer.read(struct.unpack(">I", size)[0])
        if packet[0] == INIT:
            reply = struct.pack(">BI", VERSION, 3)
        else:
            kind, body = answer(packet[0], packet[5:], told)
            reply = bytes([kind]) + packet[1:5] + body
        sys.stdout.buffer.write(text(reply))
        sys.stdout.buffer.flush()


main()
