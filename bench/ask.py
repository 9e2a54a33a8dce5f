"""ask.py: fills the store of a fresh installation with made-up copies, for bench/run ask: rows only, nobody's data.

HOLDINGS copies in a tree below one register of PERSONS (a school of 1,000 each, every hundredth a district of 100,000), two readers
and one log each, READS readings in all. The rows are written with Python's own sqlite3: only the asking is measured.
"""
import random
import sqlite3
import struct
import uuid

DAY = 86_400_000_000
T0 = 1_775_000_000_000_000  # 2026-04-01, µs


def roaring(first, n):
    """The portable serialization of the numbers first … first + n - 1 (no runs)."""
    keys, at, end = [], first, first + n
    while at < end:
        stop = min(end, (at | 0xFFFF) + 1)
        keys.append((at >> 16, at & 0xFFFF, stop - at))
        at = stop
    head = struct.pack("<II", 12346, len(keys)) + b"".join(struct.pack("<HH", k, c - 1) for k, _, c in keys)
    offset = len(head) + 4 * len(keys)
    bodies, offsets = [], []
    for _, low, count in keys:
        if count <= 4096:
            body = struct.pack(f"<{count}H", *range(low, low + count))
        else:
            body = (((1 << count) - 1) << low).to_bytes(8192, "little")
        offsets.append(struct.pack("<I", offset))
        offset += len(body)
        bodies.append(body)
    return head + b"".join(offsets) + b"".join(bodies)


def fill(path, persons, holdings, reads):
    """Gives the ids of (the register, a copy with about a hundred below it, a leaf)."""
    chance = random.Random(1)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=OFF")
    operator = db.execute("SELECT id FROM party LIMIT 1").fetchone()[0]
    warrant = db.execute("SELECT id FROM warrant LIMIT 1").fetchone()[0]
    db.execute("BEGIN")
    parties = [r[0] for r in db.execute("SELECT id FROM party ORDER BY rowid")]
    ids = [uuid.UUID(int=chance.getrandbits(128)).bytes for _ in range(holdings)]
    whole = roaring(1, persons)
    for i, h in enumerate(ids):
        parent = ids[(i - 1) // 10] if i else None
        done = i % 3 == 1
        size = persons if i == 0 else 100_000 if i % 100 == 0 else 1_000
        db.execute("INSERT INTO holding(id, kind, place, custodian_id, purpose, warrant_id, derived_from, opened_at, expires_at, closed_at, gone, was_read, persons, persons_max) "
                   "VALUES (?, ?, 'bench', ?, 'bench', ?, ?, ?, ?, ?, ?, 'unknown', ?, ?)",
                   (h, "store" if i == 0 else "export", operator, warrant, parent, T0 + i, T0 + 900 * DAY, T0 + 90 * DAY if done else None, "unverified" if done else "open", size, size))
        extent = whole if i == 0 else roaring(chance.randrange(1, max(2, persons - size)), size)
        for c in range(6 if i == 0 else 3):
            db.execute("INSERT INTO extent(holding_id, item_class, persons) VALUES (?, ?, ?)", (h, c, extent))
        db.execute("INSERT INTO reach(holding_id, party_id, from_at, until_at, warrant_id) VALUES (?, ?, ?, NULL, ?)", (h, operator, T0, warrant))
        db.execute("INSERT INTO reach(holding_id, party_id, from_at, until_at) VALUES (?, ?, ?, ?)", (h, parties[1 + i % (len(parties) - 1)], T0, T0 + 30 * DAY))
        db.execute("INSERT INTO coverage(holding_id, from_at, until_at, complete, why) VALUES (?, ?, ?, ?, 'bench')", (h, T0 - DAY, T0 + 40 * DAY, i % 2))
    db.execute("COMMIT")
    db.execute("DROP INDEX seen_by")
    db.execute("BEGIN")
    each = reads // holdings
    for h in ids:
        db.executemany("INSERT INTO seen(holding_id, party_id, at, persons) VALUES (?, ?, ?, 1)",
                       ((h, parties[2 + (k % 7)], T0 + 60 * DAY + k * 1000) for k in range(each)))
    db.execute("COMMIT")
    db.execute("CREATE INDEX seen_by ON seen(holding_id, party_id, at)")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return [str(uuid.UUID(bytes=ids[i])) for i in (0, 1 if holdings < 2000 else 11, holdings - 1)]
