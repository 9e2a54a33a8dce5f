-- 0001: every table of the first version. Portable subset (no triggers, no AUTOINCREMENT, no WITHOUT ROWID).
-- Ids are 16 random bytes; times µs UTC; days as days since 1970-01-01. What is about a person stands sealed in a
-- blob under that person's key (DECISIONS 9); in clear per person: id, number, slot, generation, version.

CREATE TABLE fact (              -- bookkeeping: small facts of the installation, nobody's data
  name TEXT NOT NULL UNIQUE,
  int_value BIGINT,
  blob_value BLOB
);

CREATE TABLE leaf (              -- the ledger's leaves, committed with the change they tell of
  seq INTEGER PRIMARY KEY,
  entry BLOB NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
);

CREATE TABLE system_key (        -- keys of the house: slots of kind SYSTEM by name (ledger, index, tombstone, log, secret …)
  name TEXT NOT NULL UNIQUE,
  slot BIGINT NOT NULL,
  generation BIGINT NOT NULL,
  since BIGINT NOT NULL
);

-- the roster's way -----------------------------------------------------------------------------------------------

CREATE TABLE source (            -- where rosters come from, and the units each may speak for (DECISIONS 16)
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  name TEXT NOT NULL UNIQUE,
  format TEXT NOT NULL,
  settings BLOB NOT NULL,        -- mapping and strictness, canonical JSON, nobody's data
  last_digest BLOB,              -- keyed digest of the last accepted file
  last_import BIGINT,
  last_shape BLOB                -- counts per school × grade × role of the last accepted file
);

CREATE TABLE unit (              -- district, school, faculty, department
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  source_id BLOB NOT NULL REFERENCES source(id),
  source_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  code TEXT NOT NULL,
  parent_id BLOB REFERENCES unit(id),
  ended_on BIGINT,
  UNIQUE (source_id, source_key)
);

CREATE TABLE class_group (       -- class, course, club
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  source_id BLOB NOT NULL REFERENCES source(id),
  source_key TEXT NOT NULL,
  unit_id BLOB NOT NULL REFERENCES unit(id),
  kind TEXT NOT NULL,            -- homeroom, scheduled
  title TEXT NOT NULL,
  code TEXT NOT NULL,
  grade TEXT NOT NULL,
  school_year BIGINT NOT NULL,
  ended_on BIGINT,
  UNIQUE (source_id, source_key)
);

CREATE TABLE person (
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  number INTEGER PRIMARY KEY,    -- dense, for extents; never used again
  slot BIGINT NOT NULL,
  generation BIGINT NOT NULL,
  version BIGINT NOT NULL,
  record BLOB                    -- sealed; NULL once erased
);

CREATE TABLE token (             -- unique identifiers only, keyed with the index key of the epoch
  person_number BIGINT NOT NULL REFERENCES person(number),
  field BIGINT NOT NULL,
  token BLOB NOT NULL CHECK (length(token) = 16),
  UNIQUE (field, token)
);
CREATE INDEX token_person ON token(person_number);

CREATE TABLE tombstone (         -- logins that nobody gets again before a day (keyed; the key's life is its own)
  token BLOB NOT NULL UNIQUE CHECK (length(token) = 16),
  until_day BIGINT NOT NULL
);

CREATE TABLE target (
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  name TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  holding_id BLOB NOT NULL,
  secret BLOB,                   -- bind secret, sealed under the system key "secret"
  last_read BIGINT,
  last_count BIGINT              -- entries of ours seen by the last complete read (guard)
);

CREATE TABLE link (              -- person × target: anchor and every key ever, under a key of its own
  person_number BIGINT NOT NULL,
  target_id BLOB NOT NULL REFERENCES target(id),
  slot BIGINT NOT NULL,
  generation BIGINT NOT NULL,
  record BLOB NOT NULL,
  UNIQUE (person_number, target_id)
);

CREATE TABLE target_object (     -- bookkeeping: units and groups at a target: our object, its anchor (nobody's data)
  target_id BLOB NOT NULL REFERENCES target(id),
  object_id BLOB NOT NULL,
  anchor BLOB,
  state TEXT NOT NULL,           -- intended, present
  UNIQUE (target_id, object_id)
);

CREATE TABLE plan (
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  kind TEXT NOT NULL,            -- apply, erase
  target_id BLOB REFERENCES target(id),
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  nonce BLOB,                    -- 32 random bytes, sealed under the system key "log"; NULL when the plan has ended
  made_at BIGINT NOT NULL,
  made_by BLOB NOT NULL,
  expires_at BIGINT NOT NULL,
  counts BLOB NOT NULL,          -- canonical JSON of counts, nobody's data
  verdict TEXT NOT NULL,         -- free, needs_approval, stopped
  state TEXT NOT NULL,           -- open, applying, done, cancelled
  warrant_id BLOB
);

CREATE TABLE plan_step (         -- bookkeeping: digests of the steps under the plan's nonce
  plan_id BLOB NOT NULL REFERENCES plan(id),
  seq BIGINT NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 16),
  person_number BIGINT,
  state BIGINT NOT NULL,         -- 0 open, 1 in flight, 2 done, 3 refused
  UNIQUE (plan_id, digest)
);

CREATE TABLE erase_job (         -- one erasure of n persons; resumable at every point
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  plan_id BLOB NOT NULL REFERENCES plan(id),
  stage BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  state BLOB NOT NULL            -- canonical JSON of what was measured so far, nobody's data
);
CREATE TABLE erase_person (
  job_id BLOB NOT NULL REFERENCES erase_job(id),
  person_number BIGINT NOT NULL,
  commitment BLOB NOT NULL,      -- H(salt, id) for the certificate; the salt is not kept
  pseudonym BLOB NOT NULL,       -- computed while the person's key lives, for the leaves after its death
  gone_at BIGINT,
  UNIQUE (job_id, person_number)
);

CREATE TABLE idempotency (
  key BLOB NOT NULL UNIQUE,
  at BIGINT NOT NULL
);

-- the copies' way ------------------------------------------------------------------------------------------------

CREATE TABLE party (             -- who acts: person, unit, organisation, program
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  kind TEXT NOT NULL,            -- operator, officer, unit, organisation, program
  roles TEXT NOT NULL,           -- comma-separated words
  label BLOB NOT NULL,           -- name, sealed under the system key "log"
  public_key BLOB CHECK (public_key IS NULL OR length(public_key) = 32),
  enrolled_at BIGINT NOT NULL,
  ended_at BIGINT
);

CREATE TABLE warrant (
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  kind TEXT NOT NULL,            -- access, egress, change, release, order, exception
  verbs TEXT NOT NULL,
  scope TEXT NOT NULL,           -- what it covers: a holding kind, a plan hash; nobody's data
  requester_id BLOB NOT NULL REFERENCES party(id),
  signer_id BLOB REFERENCES party(id),
  signature BLOB,                -- DSSE by the signer
  limitation TEXT NOT NULL,      -- '' or why separation was not possible
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  uses_left BIGINT NOT NULL CHECK (uses_left >= 0),
  review_on BIGINT,
  CHECK (signer_id IS NULL OR signer_id <> requester_id OR limitation <> '')
);

CREATE TABLE holding (
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  kind TEXT NOT NULL,            -- holdings.rows
  place TEXT NOT NULL,           -- where, without anybody's data
  custodian_id BLOB NOT NULL REFERENCES party(id),
  purpose TEXT NOT NULL,
  warrant_id BLOB NOT NULL REFERENCES warrant(id),
  derived_from BLOB REFERENCES holding(id),
  opened_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  closed_at BIGINT,
  checked_by BLOB REFERENCES party(id), -- the second party, for kinds under dual control (I3)
  gone TEXT NOT NULL,            -- open, verified, unverified, lost, unaccounted
  was_read TEXT NOT NULL         -- yes, no, unknown
);

CREATE TABLE extent (            -- whose × which items: one Roaring bitmap of person numbers a holding and item class
  holding_id BLOB NOT NULL REFERENCES holding(id),
  item_class BIGINT NOT NULL,
  persons BLOB NOT NULL,
  UNIQUE (holding_id, item_class)
);

CREATE TABLE reach (             -- who could read it, from when until when
  holding_id BLOB NOT NULL REFERENCES holding(id),
  party_id BLOB NOT NULL REFERENCES party(id),
  from_at BIGINT NOT NULL,
  until_at BIGINT
);
CREATE INDEX reach_holding ON reach(holding_id);

CREATE TABLE evidence (
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  kind TEXT NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  statement BLOB,                -- DSSE envelope, or NULL when it is kept as a file
  leaf BIGINT,
  at BIGINT NOT NULL
);

CREATE TABLE duty (
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  kind TEXT NOT NULL,
  owner_id BLOB NOT NULL REFERENCES party(id),
  holding_id BLOB REFERENCES holding(id),
  due_at BIGINT NOT NULL,
  closed_at BIGINT,
  evidence_id BLOB REFERENCES evidence(id),
  warrant_id BLOB REFERENCES warrant(id),
  CHECK (closed_at IS NULL OR evidence_id IS NOT NULL OR warrant_id IS NOT NULL)
);
CREATE INDEX duty_open ON duty(closed_at, due_at);
CREATE INDEX duty_holding ON duty(holding_id);

CREATE TABLE contact (           -- notification contact of somebody erased: one mail under a key of its own
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  holding_id BLOB NOT NULL REFERENCES holding(id),
  slot BIGINT NOT NULL,
  generation BIGINT NOT NULL,
  expires_on BIGINT NOT NULL,
  record BLOB NOT NULL
);

CREATE TABLE control (           -- row of the residue scan's control person while a scan runs; empty otherwise (bookkeeping)
  value BLOB NOT NULL
);
