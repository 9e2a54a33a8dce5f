-- 0005: procedures in force, who has read them, who has passed the test on them. Append-only by the interface.

CREATE TABLE procedure_text (    -- one row a revision
  name TEXT NOT NULL,            -- word: carry, emergency and so on
  revision BIGINT NOT NULL,
  title TEXT NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  text BLOB NOT NULL,
  effective_on BIGINT NOT NULL,
  warrant_id BLOB NOT NULL REFERENCES warrant(id),
  concerns TEXT NOT NULL,        -- roles that must read it, comma-separated; '*' everybody
  at BIGINT NOT NULL,
  UNIQUE (name, revision)
);
CREATE TABLE procedure_read (    -- somebody signed that he read it
  name TEXT NOT NULL,
  revision BIGINT NOT NULL,
  party_id BLOB NOT NULL REFERENCES party(id),
  at BIGINT NOT NULL,
  evidence_id BLOB NOT NULL REFERENCES evidence(id), -- acknowledgement/v1 under the reader's own key
  UNIQUE (name, revision, party_id)
);
CREATE TABLE question_set (      -- one row a version of a set; the newest of a name counts
  name TEXT NOT NULL,
  digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
  text BLOB NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX question_set_name ON question_set(name, at);
CREATE TABLE training_result (   -- a test taken, or attendance at a training
  party_id BLOB NOT NULL REFERENCES party(id),
  kind TEXT NOT NULL,            -- test, attendance
  period TEXT NOT NULL,          -- "2026H1": April to September
  procedures TEXT NOT NULL,      -- "name@revision,…" that the questions were tied to
  digest BLOB NOT NULL,          -- of the question set
  asked BIGINT NOT NULL,
  right_answers BIGINT NOT NULL,
  passed BIGINT NOT NULL,
  at BIGINT NOT NULL,
  leaf BIGINT,
  what BLOB                      -- of an attendance: which training; sealed under "log"
);
CREATE INDEX training_party ON training_result(party_id, period);
CREATE TABLE drill (
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  kind TEXT NOT NULL,            -- residue, notice
  planted_at BIGINT NOT NULL,
  place TEXT NOT NULL,           -- file that was planted; synthetic persons only
  told_at BIGINT,
  by_party BLOB,
  incident_id BLOB
);
