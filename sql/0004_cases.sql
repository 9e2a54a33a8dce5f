-- 0004: a case is the closure of one SUSPECT event. Texts are sealed under the case's own key (DECISIONS 15).

CREATE TABLE incident (          -- "case" is a word of SQL
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  receipt TEXT NOT NULL UNIQUE,  -- receipt number given to whoever told
  slot BIGINT NOT NULL,
  generation BIGINT NOT NULL,
  known_at BIGINT NOT NULL,      -- immutable (I9)
  known_by TEXT NOT NULL,        -- "clerk", "outsider", a party's id; never a name
  state TEXT NOT NULL,           -- suspected, quorate, contained, scoped, reported, closed, dismissed
  regime TEXT NOT NULL,          -- private, public, appendix2
  classes TEXT NOT NULL,         -- rule-7 classes: "1,3"; "" not looked at yet; "none" looked at and none
  closed_at BIGINT
);
CREATE TABLE incident_note (     -- everything that happens in a case, append-only, in order
  incident_id BLOB NOT NULL REFERENCES incident(id),
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,            -- suspect ack attend leave decide inquiry answer assert classify extent notice submit publish letter dismiss close …
  at BIGINT NOT NULL,
  party_id BLOB,
  record BLOB NOT NULL,          -- canonical JSON sealed under the case key, bound to case, known_at, seq, kind and time
  data BLOB,                     -- a photo or file that came with it, sealed under the case key
  evidence_id BLOB REFERENCES evidence(id), -- the signature under it, when somebody signed
  leaf BIGINT,
  UNIQUE (incident_id, seq)
);
CREATE TABLE incident_holding (
  incident_id BLOB NOT NULL REFERENCES incident(id),
  holding_id BLOB NOT NULL REFERENCES holding(id),
  harm TEXT NOT NULL,            -- leaked, may-be-leaked, lost, damaged
  from_at BIGINT,                -- the window in which it lay open; NULL: not known
  until_at BIGINT,
  UNIQUE (incident_id, holding_id)
);
CREATE TABLE role_held (         -- roles over intervals (headquarters)
  incident_id BLOB NOT NULL REFERENCES incident(id),
  role TEXT NOT NULL,
  party_id BLOB NOT NULL REFERENCES party(id),
  evidence_id BLOB NOT NULL REFERENCES evidence(id), -- signed presence
  from_at BIGINT NOT NULL,
  until_at BIGINT
);
CREATE INDEX incident_holding_of ON incident_holding(holding_id);
CREATE INDEX role_held_in ON role_held(incident_id);
