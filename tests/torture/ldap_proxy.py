"""ldap_proxy.py: a TCP proxy between the program and a directory server that breaks one thing at one message, and counts what was written.

It knows as much of LDAP (RFC 4511) as it needs: where a message ends, its number, which request it is, a result's code, the cookie of
paged results (RFC 2696). Everything goes through it one message at a time, so that "before the n-th request" means that.
"""
import socket
import struct
import threading
import time

ADD, MODIFY, DELETE, RENAME = 0x68, 0x66, 0x4A, 0x6C
WRITES = {ADD: "add", MODIFY: "modify", DELETE: "delete", RENAME: "rename"}
SEARCH, SEARCH_DONE, UNBIND = 0x63, 0x65, 0x42
ANSWER = {0x60: 0x61, 0x63: 0x65, ADD: 0x69, MODIFY: 0x67, DELETE: 0x6B, RENAME: 0x6D, 0x77: 0x78}
PAGED = b"1.2.840.113556.1.4.319"


def length_of(data, at):
    """(length, where the value begins), or None when more bytes are needed."""
    if at >= len(data):
        return None
    first = data[at]
    if first < 0x80:
        return first, at + 1
    n = first & 0x7F
    if at + 1 + n > len(data):
        return None
    return int.from_bytes(data[at + 1:at + 1 + n], "big"), at + 1 + n


def values(data, at, end):
    """The elements of a sequence or set: (where it begins, its value, where it ends)."""
    while at < end:
        n, value = length_of(data, at + 1)
        yield at, value, value + n
        at = value + n


def changes(message, at):
    """What a ModifyRequest (RFC 4511 4.6) does, value by value: operation, attribute, value."""
    out = []
    n, value = length_of(message, at + 1)
    for _, change, end in values(message, value, value + n):
        (_, op, op_end), (_, attribute, attribute_end) = values(message, change, end)
        (_, name, name_end), (_, given, given_end) = values(message, attribute, attribute_end)
        head = message[op:op_end] + message[name:name_end] + b":"
        out += [head + message[v:v_end] for _, v, v_end in values(message, given, given_end)] or [head]
    return out


def take_message(data):
    """The first whole message of the bytes, and the rest."""
    got = length_of(data, 1) if data else None
    if got is None or got[1] + got[0] > len(data):
        return None, data
    end = got[1] + got[0]
    return bytes(data[:end]), data[end:]


def parts(message):
    """(number, tag of the operation, where the operation begins)."""
    _, at = length_of(message, 1)
    n, value = length_of(message, at + 1)
    number = int.from_bytes(message[value:value + n], "big")
    return number, message[value + n], value + n


def encode(tag, body):
    n = len(body)
    if n < 0x80:
        return bytes([tag, n]) + body
    size = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + n.to_bytes(size, "big") + body


def result(number, tag, code):
    """A result of our own: busy, too many entries …"""
    body = encode(0x0A, bytes([code])) + encode(0x04, b"") + encode(0x04, b"")
    return encode(0x30, encode(0x02, struct.pack(">i", number)) + encode(tag, body))


def code_of(message):
    _, tag, at = parts(message)
    _, value = length_of(message, at + 1)
    n, code = length_of(message, value + 1)
    return int.from_bytes(message[code:code + n], "big")


def without_cookie(message):
    """The paged-results control says that there is no more, though there is."""
    at = message.find(PAGED)
    if at < 0:
        return message
    value = message.find(b"\x30", at + len(PAGED))
    got = length_of(message, value + 1)
    if got is None:
        return message
    inner = got[1]
    n, size_at = length_of(message, inner + 1)
    cookie = size_at + n
    length, start = length_of(message, cookie + 1)
    # The same number of bytes, so that no length above changes: an octet string of none, then bytes of a longer size field.
    if length == 0 or message[cookie] != 0x04:
        return message
    fresh = encode(0x02, b"\0" * (n + length)) + encode(0x04, b"")
    return message[:inner] + fresh + message[start + length:] if len(fresh) == start + length - inner else message


class Proxy:
    """One fault at one request of one run; `begin` starts a run, what it counts is of that run."""

    def __init__(self, to_port):
        self.to_port = to_port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.begin(None, 0, False)
        threading.Thread(target=self.serve, daemon=True).start()

    def begin(self, fault, number, ever):
        with self.lock:
            self.fault, self.at, self.ever = fault, number, ever
            self.requests = 0
            self.hit = False
            self.done = []  # (what, entry, value) that the server said it did: however the values are shared out among requests
            self.flying = {}
            self.open = getattr(self, "open", [])
            for s in self.open:
                try:
                    s.close()
                except OSError:
                    pass
            self.open = []

    def serve(self):
        while True:
            client, _ = self.listener.accept()
            try:
                server = socket.create_connection(("127.0.0.1", self.to_port))
            except OSError:
                client.close()
                continue
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pair = Pair(self, client, server)
            with self.lock:
                self.open += [client, server]
            threading.Thread(target=pair.upstream, daemon=True).start()
            threading.Thread(target=pair.downstream, daemon=True).start()

    def now(self):
        """Counts a request: is the fault to strike at this one?"""
        with self.lock:
            self.requests += 1
            due = self.fault is not None and (self.requests >= self.at if self.ever else self.requests == self.at)
            self.hit = self.hit or due
            return self.fault if due else None


class Pair:
    """One connection: what comes from the program goes up, what the server answers goes down."""

    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server
        self.cut_answer = None  # number of the request whose answer breaks something
        self.answer_fault = None
        self.names = {}

    def end(self, hard=False):
        for s in (self.client, self.server):
            try:
                if hard:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            try:
                s.close()
            except OSError:
                pass

    def upstream(self):
        data = b""
        try:
            while True:
                message, data = take_message(data)
                if message is None:
                    more = self.client.recv(65536)
                    if not more:
                        break
                    data += more
                    continue
                if not self.request(message):
                    return
        except OSError:
            pass
        self.end()

    def request(self, message):
        number, tag, at = parts(message)
        if tag == UNBIND:
            self.server.sendall(message)
            return True
        self.note(number, tag, message, at)
        fault = self.proxy.now()
        if fault == "cut-before":
            self.end()
            return False
        if fault == "reset-before":
            self.end(hard=True)
            return False
        if fault == "cut-in":
            self.server.sendall(message[:len(message) // 2])
            self.end()
            return False
        if fault in ("busy", "unavailable", "size-limit", "other"):
            code = {"busy": 51, "unavailable": 52, "size-limit": 4, "other": 80}[fault]
            self.names.pop(number, None)
            self.client.sendall(result(number, ANSWER.get(tag, 0x78), code))
            return True
        if fault == "delay":
            time.sleep(0.3)
        if fault in ("cut-after", "cut-answer", "half-open", "lost-cookie", "twice", "late"):
            self.cut_answer, self.answer_fault = number, fault
        self.server.sendall(message)
        return True

    def note(self, number, tag, message, at):
        if tag in WRITES:
            _, value = length_of(message, at + 1)
            if tag == DELETE:
                n, value = length_of(message, at + 1)
                name = message[value:value + n]
            else:
                n, start = length_of(message, value + 1)
                name = message[start:start + n]
            changed = changes(message, start + n) if tag == MODIFY else [b""]
            self.names[number] = [(WRITES[tag], name, c) for c in changed]

    def downstream(self):
        data = b""
        try:
            while True:
                message, data = take_message(data)
                if message is None:
                    more = self.server.recv(65536)
                    if not more:
                        break
                    data += more
                    continue
                if not self.answer(message):
                    return
        except OSError:
            pass
        self.end()

    def answer(self, message):
        number, tag, _ = parts(message)
        what = self.names.pop(number, None)
        if what is not None and code_of(message) == 0:
            with self.proxy.lock:
                self.proxy.done.extend(what)
        if number == self.cut_answer:
            fault = self.answer_fault
            if fault == "lost-cookie":
                if tag == SEARCH_DONE:
                    message = without_cookie(message)
            elif fault == "cut-after":
                self.end()
                return False
            elif fault == "cut-answer":
                self.client.sendall(message[:len(message) // 2])
                self.end()
                return False
            elif fault == "half-open":
                return True  # the program waits for it for ever
            elif fault == "late":
                time.sleep(0.3)
            elif fault == "twice":
                self.client.sendall(message)
        self.client.sendall(message)
        return True
