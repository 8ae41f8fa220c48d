"""Servers that a source asks, as other people's behave, and as badly as a test
wants: over HTTP on a port of their own, with tokens by client credentials."""
import base64
import json
import re
import socket
import struct
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Request:
    """A question, and how to answer it otherwise than is right."""

    def __init__(self, handler):
        self.handler = handler
        url = urllib.parse.urlsplit(handler.path)
        self.path = url.path
        self.query = dict(urllib.parse.parse_qsl(url.query))
        self.headers = handler.headers
        length = int(handler.headers.get("Content-Length") or 0)
        self.body = handler.rfile.read(length).decode()

    def send(self, status, body, headers=None, cut=None):
        data = body if isinstance(body, bytes) else body.encode()
        handler = self.handler
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json",
                            "Content-Length": str(len(data)),
                            **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data if cut is None else data[:cut])
        if cut is not None:
            self.hang_up()
        return True

    def drip(self, body):
        """A byte at a time, for ever as far as anybody can wait."""
        self.handler.send_response(200)
        self.handler.send_header("Content-Length", str(len(body)))
        self.handler.end_headers()
        try:
            for byte in body.encode():
                self.handler.wfile.write(bytes([byte]))
                self.handler.wfile.flush()
                time.sleep(0.3)
        except OSError:
            pass
        return True

    def hang_up(self):
        self.handler.wfile.flush()
        sock = self.handler.connection
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
        sock.close()
        self.handler.close_connection = True
        return True


class StandIn:
    token_path = "/oauth/access_token"

    def __init__(self, context=None):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self):
                outer.serve(Request(self))

            do_GET = do_POST = do

            def log_message(self, *args):
                pass

        self.id, self.secret = "client", "s3cret/+:"
        self.tokens = set()
        self.asked = []       # paths with their queries
        self.logins = 0
        self.fault = None     # of a request: true when it has answered it
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *args: None
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket,
                                                     server_side=True)
        self.base = "http%s://127.0.0.1:%d" % (
            "s" if context else "", self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def serve(self, request):
        with self.lock:
            self.asked.append(request.handler.path)
        if self.fault is not None and self.fault(request):
            return
        if request.path == self.token_path:
            self.login(request)
        elif request.headers.get("Authorization", "")[7:] not in self.tokens:
            request.send(401, '{"message":"no"}')
        else:
            self.answer(request)

    def login(self, request):
        basic = request.headers.get("Authorization", "")[6:]
        known = urllib.parse.unquote(base64.b64decode(basic).decode())
        if known != self.id + ":" + self.secret or \
                "grant_type=client_credentials" not in request.body:
            request.send(401, '{"error":"invalid_client"}')
            return
        with self.lock:
            self.logins += 1
            token = "token-%d" % self.logins
            self.tokens.add(token)
        # As text: PowerSchool does so.
        request.send(200, json.dumps({"access_token": token, "token_type":
                                      "Bearer", "expires_in": "2591999"}))


class PowerSchool(StandIn):
    """PowerQueries: rows of texts by the names of queries."""
    flattened = True
    most = 500  # records that it gives at a time

    def __init__(self, queries, **more):
        super().__init__(**more)
        self.queries = queries

    def answer(self, request):
        name = request.path.rpartition("/ws/schema/query/")[2]
        name, _, count = name.partition("/")
        if name not in self.queries or request.handler.command != "POST":
            request.send(404, '{"message":"Query not found"}')
            return
        rows = self.queries[name]
        if count == "count":
            request.send(200, json.dumps({"count": len(rows)}))
            return
        size = min(int(request.query.get("pagesize", 100)), self.most)
        first = (int(request.query.get("page", 1)) - 1) * size
        found = [self.record(name, n, row) for n, row in
                 enumerate(rows[first:first + size], first)]
        answer = {"name": name, "@extensions": ""}
        if found:
            answer["record"] = found
        request.send(200, json.dumps(answer))

    def record(self, name, number, row):
        if self.flattened:
            return {"_name": name, **row}
        return {"id": number, "name": name, "tables": {"core": row}}


class OneRoster(StandIn):
    """Lists of 1.1 or 1.2, and how its answers differ from the standard."""
    token_path = "/token"

    def __init__(self, lists, **more):
        super().__init__(**more)
        self.lists = lists
        self.total = True          # X-Total-Count
        self.most = 100000         # records that it gives at a time
        self.wrapper = lambda name: name

    def rows(self, request, name):
        since = re.match(r"dateLastModified>'(.*)'",
                         request.query.get("filter", ""))
        return [row for row in self.lists[name] if since is None or
                row["dateLastModified"] > since[1]]

    def answer(self, request):
        name = request.path.rpartition("/")[2]
        if name not in self.lists:
            request.send(404, "{}")
            return
        rows = self.rows(request, name)
        first = int(request.query.get("offset", 0))
        page = rows[first:first + min(int(request.query.get("limit", 100)),
                                      self.most)]
        headers = {"X-Total-Count": str(len(rows))} if self.total else {}
        request.send(200, json.dumps({self.wrapper(name): page}), headers)
