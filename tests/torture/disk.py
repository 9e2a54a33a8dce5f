"""disk.py: a disk as it may stand after the power went: what the tap recorded, what of it was synced, what may have survived.

A file is an inode with the bytes that a reader sees and those that are on the medium; names belong to folders and reach the medium by a
sync of the folder. Nothing unsynced is promised, in no order: stricter than any file system that we run on.
"""
import os
import struct

HEAD = struct.Struct("<5Q")
SECTOR = 512


class Record:
    __slots__ = ("kind", "inode", "at", "first", "second")

    def __init__(self, kind, inode, at, first, second):
        self.kind, self.inode, self.at, self.first, self.second = kind, inode, at, first, second


def read_trace(path):
    with open(path, "rb") as f:
        data = f.read()
    out, i = [], 0
    while i < len(data):
        kind, inode, at, a, b = HEAD.unpack_from(data, i)
        i += HEAD.size
        first, second = data[i:i + a], data[i + a:i + a + b]
        i += a + b
        kind = chr(kind)
        if kind in "CRUMXL":
            first, second = os.fsdecode(first), os.fsdecode(second)
        out.append(Record(kind, inode, at, first, second))
    return out


class Inode:
    __slots__ = ("now", "safe", "pending", "born")

    def __init__(self, data=b"", safe=b""):
        self.now = bytearray(data)
        self.safe = bytes(safe)
        self.pending = []  # (kind, at, bytes) since the last sync

    def change(self, kind, at, data):
        put(self.now, kind, at, data)
        self.pending.append((kind, at, data))

    def sync(self):
        self.safe = bytes(self.now)
        self.pending = []


def put(to, kind, at, data):
    if kind == "T":
        del to[at:]
        to.extend(b"\0" * (at - len(to)))
        return
    if len(to) < at:
        to.extend(b"\0" * (at - len(to)))
    to[at:at + len(data)] = data


class Disk:
    """The site's folder; names are whole paths. `folders` never go in these traces but by rmdir."""

    def __init__(self, root, skip, forget=None):
        """`forget`: what a disk that lies does not keep: it is told the name of each file or folder that is synced."""
        self.root, self.skip = root, skip
        self.forget = forget or (lambda path: False)
        self.names, self.safe_names = {}, {}
        self.folders, self.safe_folders = {root}, {root}
        self.by_inode, self.folder_inode = {}, {}
        self.pending = []  # (folder, kind, path, inode or other path)
        for d, _, files in os.walk(root):
            self.folders.add(d)
            self.safe_folders.add(d)
            self.folder_inode[os.stat(d).st_ino] = d
            for name in files:
                path = os.path.join(d, name)
                if os.path.islink(path) or skip(path):
                    continue
                with open(path, "rb") as f:
                    data = f.read()
                i = Inode(data, data)
                self.names[path] = self.safe_names[path] = i
                self.by_inode[os.stat(path).st_ino] = i

    def name(self, kind, path, other=None):
        self.pending.append((os.path.dirname(path), kind, path, other))
        self.names_do(self.names, self.folders, kind, path, other)

    @staticmethod
    def names_do(names, folders, kind, path, other):
        if kind in "CL":
            names[path] = other
        elif kind == "U":
            names.pop(path, None)
        elif kind == "R":  # path is the new name
            if other[0] in names and names[other[0]] is other[1]:
                del names[other[0]]
            names[path] = other[1]
        elif kind == "F":  # a folder with all that is in it; path is the new name
            for p in [p for p in names if p.startswith(other + "/")]:
                names[path + p[len(other):]] = names.pop(p)
            for f in [f for f in folders if f == other or f.startswith(other + "/")]:
                folders.discard(f)
                folders.add(path + f[len(other):])
        elif kind == "M":
            folders.add(path)
        elif kind == "X":
            folders.discard(path)

    def rename_folder(self, old, new):
        """What was not synced in it yet is only there under the new name, if that name is: no more is promised."""
        def moved(p):
            return new + p[len(old):] if p == old or p.startswith(old + "/") else p
        later = [p for p in self.pending if p[0] == old or p[0].startswith(old + "/")]
        self.pending = [p for p in self.pending if p not in later]
        self.name("F", new, old)
        self.pending += [(moved(d), kind, moved(path), (moved(other[0]), other[1]) if kind == "R" else other) for d, kind, path, other in later]
        self.folder_inode = {i: moved(d) for i, d in self.folder_inode.items()}

    def sync_names(self, folder=None):
        left = []
        for p in self.pending:
            if folder is None or p[0] == folder:
                self.names_do(self.safe_names, self.safe_folders, p[1], p[2], p[3])
            else:
                left.append(p)
        self.pending = left

    def apply(self, r):
        k = r.kind
        if k == "W" or k == "T":
            i = self.by_inode.get(r.inode)
            if i is not None:
                i.change(k, r.at, r.first)
        elif k == "S":
            i = self.by_inode.get(r.inode)
            if i is not None and not any(self.forget(p) for p, other in self.names.items() if other is i):
                i.sync()
        elif k == "D":
            if r.inode in self.folder_inode and not self.forget(self.folder_inode[r.inode]):
                self.sync_names(self.folder_inode[r.inode])
        elif k == "A" and not self.forget("*"):
            for i in set(self.names.values()):
                i.sync()
            self.sync_names()
        elif k == "C" or k == "L":
            if self.skip(r.first):
                self.by_inode.pop(r.inode, None)
                return
            i = Inode() if k == "C" else self.by_inode.get(r.inode, Inode())
            self.by_inode[r.inode] = i
            self.name(k, r.first, i)
        elif k == "U":
            if not self.skip(r.first):
                self.name("U", r.first)
        elif k == "R":
            i = self.names.get(r.first)
            if i is not None:
                self.name("R", r.second, (r.first, i))
            elif r.first in self.folders:
                self.rename_folder(r.first, r.second)
        elif k == "M":
            self.folder_inode[r.inode] = r.first.rstrip("/")
            self.name("M", r.first.rstrip("/"))
        elif k == "X":
            self.name("X", r.first)

    # What may stand there -------------------------------------------------------------------------------------------------
    def killed(self):
        return self.folders, {p: i.now for p, i in self.names.items()}

    def torn(self, r):
        """The process ended in the middle of this very write."""
        folders, files = self.killed()
        i = self.by_inode.get(r.inode)
        if i is None:
            return None
        half = bytearray(i.now)
        put(half, "W", r.at, r.first[:len(r.first) // 2])
        return folders, {p: half if self.names[p] is i else d for p, d in files.items()}

    def reached(self, folders, files):
        """What hangs on a folder that is not there is not there."""
        there = {self.root}
        for f in sorted(folders):
            if os.path.dirname(f) in there:
                there.add(f)
        return there, {p: d for p, d in files.items() if os.path.dirname(p) in there}

    def lost(self):
        return self.reached(self.safe_folders, {p: i.safe for p, i in self.safe_names.items()})

    def some(self, rng):
        """The power went: of what was not synced any part is there, down to sectors."""
        names, folders = dict(self.safe_names), set(self.safe_folders)
        share = rng.choice((0.15, 0.5, 0.85))
        for _, kind, path, other in self.pending:
            if rng.random() < share:
                self.names_do(names, folders, kind, path, other)
        return self.reached(folders, {p: self.survivor(i, rng, share) for p, i in names.items()})

    @staticmethod
    def survivor(i, rng, share):
        if not i.pending:
            return i.safe
        data = bytearray(i.safe)
        for kind, at, more in i.pending:
            if rng.random() >= share:
                continue
            if kind == "W" and len(more) > SECTOR and rng.random() < 0.3:
                for s in range(0, len(more), SECTOR):
                    if rng.random() < 0.6:
                        put(data, "W", at + s, more[s:s + SECTOR])
            else:
                put(data, kind, at, more)
        return data


class Medium:
    """Writes such a state into the folder; what stands there unchanged already is left alone."""

    def __init__(self, root):
        self.root = root
        self.written = {}  # path → (bytes, mtime_ns, size)

    def put(self, folders, files):
        for d, sub, names in os.walk(self.root, topdown=False):
            for name in names:
                path = os.path.join(d, name)
                if path not in files:
                    os.unlink(path)
            for name in sub:
                path = os.path.join(d, name)
                if path not in folders and not os.listdir(path):
                    os.rmdir(path)
        for d in sorted(folders):
            os.makedirs(d, mode=0o700, exist_ok=True)
        for path, data in files.items():
            data = bytes(data)
            known = self.written.get(path)
            if known is not None and known[0] == data:
                try:
                    st = os.stat(path)
                    if (st.st_mtime_ns, st.st_size) == known[1:]:
                        continue
                except FileNotFoundError:
                    pass
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(fd, "wb") as f:
                f.write(data)
            st = os.stat(path)
            self.written[path] = (data, st.st_mtime_ns, st.st_size)
