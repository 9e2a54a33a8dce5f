-- 0007: where a copy lies may hold a name, so it is sealed like a party's; and which bytes lie there is written down.

-- Sealed under "log", bound to the row. Rows of before: `place` holds it in clear until the first opening for writing
-- has sealed it (flow/hold_upgrade.c); from then on `place` is empty. Nothing looks a holding up by its place.
ALTER TABLE holding ADD COLUMN place_box BLOB;
CREATE TABLE holding_file (      -- the files of a copy as they were when it was finished; any other file there is none of it
  holding_id BLOB NOT NULL REFERENCES holding(id),
  record BLOB NOT NULL           -- size, SHA-256 and name below the place ('': the place itself), sealed under "log"
);
CREATE INDEX holding_file_of ON holding_file(holding_id);
-- The path of an unfinished copy is its holding's place.
ALTER TABLE copy_open RENAME COLUMN path TO medium;
UPDATE copy_open SET medium = CASE medium WHEN '' THEN 'memory' ELSE 'file' END;
ALTER TABLE drill ADD COLUMN digest BLOB; -- of what was planted, under the house's digest key; NULL: planted before 0007
ALTER TABLE drill ADD COLUMN place_box BLOB;
