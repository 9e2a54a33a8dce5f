#!/usr/bin/env python3
"""smtp_sink.py DIR [--refuse] [--login USER:PASSWORD]: a mail server for tests: takes every mail, writes it to DIR/NUMBER.eml with its envelope first.

Prints its port into DIR/port. With --refuse every recipient is refused (550).
With --login nobody sends without that login (AUTH PLAIN, RFC 4616). Loopback only, one session a thread, no TLS.
"""
import base64
import itertools
import os
import socketserver
import sys
import threading

folder = sys.argv[1]
refuse = "--refuse" in sys.argv
login = sys.argv[sys.argv.index("--login") + 1] if "--login" in sys.argv else None
numbers = itertools.count(1)
lock = threading.Lock()


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def data(self, sender, receivers):
        self.say("354 go on")
        lines = []
        for raw in iter(self.rfile.readline, b".\r\n"):
            if raw == b"":
                return
            lines.append(raw[1:] if raw.startswith(b"..") else raw)
        with lock:
            name = os.path.join(folder, f"{next(numbers)}.eml")
        with open(name + ".new", "wb") as f:
            f.write(f"X-Envelope: {sender} -> {receivers}\r\n".encode() + b"".join(lines))
        os.rename(name + ".new", name)
        self.say("250 taken")

    def handle(self):
        sender, receivers, known = "", [], login is None
        self.say("220 sink")
        for raw in iter(self.rfile.readline, b""):
            line = raw.decode("ascii", "replace").strip()
            verb = line.upper()
            if verb.startswith(("EHLO", "HELO")):
                self.say("250 sink" if login is None else "250-sink\r\n250 AUTH PLAIN")
            elif verb.startswith("AUTH PLAIN"):
                if len(line.split()) < 3:
                    self.say("334 ")
                    line += " " + self.rfile.readline().decode("ascii", "replace").strip()
                known = base64.b64decode(line.split()[2]).decode().split("\0")[1:] == (login or ":").split(":")
                self.say("235 come in" if known else "535 not that login")
            elif not known and verb.startswith(("MAIL", "RCPT", "DATA")):
                self.say("530 log in first")
            elif verb.startswith("MAIL FROM:"):
                sender, receivers = line[10:].split()[0], []
                self.say("250 ok")
            elif verb.startswith("RCPT TO:"):
                if refuse:
                    self.say("550 nobody of that name")
                else:
                    receivers.append(line[8:].split()[0])
                    self.say("250 ok")
            elif verb == "DATA":
                self.data(sender, receivers)
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server(("127.0.0.1", 0), Session) as server:
    with open(os.path.join(folder, "port.new"), "w", encoding="ascii") as f:
        f.write(str(server.server_address[1]))
    os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
    server.serve_forever()
