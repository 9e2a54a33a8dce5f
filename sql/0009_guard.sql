-- 0009: what the guards remember of earlier runs, and what was decided about accounts that were there before (census).

CREATE TABLE source_run (        -- accepted files of each source: counts, nobody's data; 430 days
  source_id BLOB NOT NULL REFERENCES source(id),
  at BIGINT NOT NULL,
  day BIGINT NOT NULL,
  turn BIGINT NOT NULL,          -- kind of week: 0 none, 1 small season, 2 turn of the year
  digest BLOB NOT NULL,          -- keyed digest of the file
  persons BIGINT NOT NULL,
  joined BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  left_counted BIGINT NOT NULL,  -- without those who finished their school
  shape BLOB NOT NULL            -- counts per school × grade × role
);
CREATE INDEX source_run_day ON source_run(source_id, day);

CREATE TABLE census_decision (   -- of accounts at a target that we did not make; the last row of an account counts
  target_id BLOB NOT NULL REFERENCES target(id),
  entry BLOB NOT NULL CHECK (length(entry) = 32), -- the account's anchor, keyed: says nothing without the key
  what TEXT NOT NULL,            -- adopt, ignore, service, shared, erase-later
  person_number BIGINT NOT NULL, -- adopt: whose it is; else 0
  decided_at BIGINT NOT NULL,
  decided_by BLOB NOT NULL REFERENCES party(id)
);
CREATE INDEX census_decision_entry ON census_decision(target_id, entry);
