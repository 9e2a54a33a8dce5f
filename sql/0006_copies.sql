-- 0006: files outside the store that are being written: what a start after a cut-off run has to remove.

CREATE TABLE copy_open (         -- bookkeeping of hold.c; a copy that was kept, or is gone, has no row
  holding_id BLOB NOT NULL UNIQUE REFERENCES holding(id),
  path TEXT NOT NULL             -- of the file, from the root; '': a file in memory
);
