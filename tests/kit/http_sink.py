#!/usr/bin/env python3
"""http_sink.py DIR [STATUS]: takes every POST, writes its body to DIR/NUMBER.json, answers STATUS (default 204); port in DIR/port.

A path /redirect answers 302 to /elsewhere, which must never be followed.
"""
import http.server
import itertools
import os
import sys

folder = sys.argv[1]
status = int(sys.argv[2]) if len(sys.argv) > 2 else 204
numbers = itertools.count(1)


class Sink(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        name = os.path.join(folder, f"{next(numbers)}{'.followed' if self.path == '/elsewhere' else ''}.json")
        with open(name + ".new", "wb") as f:
            f.write(body)
        os.rename(name + ".new", name)
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
        else:
            self.send_response(status)
        self.end_headers()

    def log_message(self, *args):
        pass


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink) as server:
    with open(os.path.join(folder, "port.new"), "w", encoding="ascii") as f:
        f.write(str(server.server_address[1]))
    os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
    server.serve_forever()
