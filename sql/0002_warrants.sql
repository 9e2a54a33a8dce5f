-- 0002: who asked, who signed, who did, who accepted; duties whose due times act; what was read, and how complete the logs are.
-- Separation stands in keys and checks, not in triggers (DECISIONS 12): in one warrant a party is on one side only.

ALTER TABLE party ADD COLUMN unit TEXT NOT NULL DEFAULT '';          -- word of a unit: units.rows, configuration
ALTER TABLE party ADD COLUMN organisation TEXT NOT NULL DEFAULT '';  -- word of an organisation: maker, integrator, verifier, site …
ALTER TABLE party ADD COLUMN ssh_key TEXT NOT NULL DEFAULT '';       -- OpenSSH public key (type and base64), for SSHSIG and FIDO keys
ALTER TABLE party ADD COLUMN recipient TEXT NOT NULL DEFAULT '';     -- age1…: bundles may be sealed to it
ALTER TABLE party ADD COLUMN contact BLOB;                           -- where notices go: sealed under the system key "log"
ALTER TABLE party ADD COLUMN deputy_id BLOB;                         -- who is called next

ALTER TABLE warrant ADD COLUMN state TEXT NOT NULL DEFAULT 'granted'; -- requested granted refused spent expired revoked reported accepted
ALTER TABLE warrant ADD COLUMN needs TEXT NOT NULL DEFAULT '';        -- roles that must sign, comma-separated: AND
ALTER TABLE warrant ADD COLUMN request BLOB;                          -- canonical JSON of what was asked, sealed under "log"
ALTER TABLE warrant ADD COLUMN request_digest BLOB;                   -- SHA-256 of it (it holds 32 random bytes)

CREATE TABLE warrant_side (      -- a party either does (asks, carries out, reports) or judges (signs, accepts)
  warrant_id BLOB NOT NULL REFERENCES warrant(id),
  party_id BLOB NOT NULL REFERENCES party(id),
  side TEXT NOT NULL CHECK (side IN ('does', 'judges', 'both')),
  limitation TEXT NOT NULL CHECK (side <> 'both' OR limitation <> ''), -- why one party had to be both
  UNIQUE (warrant_id, party_id),
  UNIQUE (warrant_id, party_id, side)
);
CREATE TABLE warrant_part (
  warrant_id BLOB NOT NULL,
  party_id BLOB NOT NULL,
  side TEXT NOT NULL,
  part TEXT NOT NULL,
  role TEXT NOT NULL,            -- the role in which it was signed
  statement BLOB,                -- DSSE envelope of approval/v1, or the SSHSIG over its payload
  at BIGINT NOT NULL,
  leaf BIGINT,
  FOREIGN KEY (warrant_id, party_id, side) REFERENCES warrant_side (warrant_id, party_id, side),
  CHECK ((part IN ('request', 'use', 'report') AND side IN ('does', 'both')) OR (part IN ('sign', 'refuse', 'accept', 'revoke') AND side IN ('judges', 'both')))
);
CREATE UNIQUE INDEX warrant_part_role ON warrant_part(warrant_id, role) WHERE part = 'sign';   -- distinct roles …
CREATE UNIQUE INDEX warrant_part_party ON warrant_part(warrant_id, party_id) WHERE part = 'sign'; -- … by distinct parties

ALTER TABLE duty ADD COLUMN about TEXT NOT NULL DEFAULT '';           -- what it is about: "case:<id>", "campaign:<id>/<step>"; nobody's data
ALTER TABLE duty ADD COLUMN level BIGINT NOT NULL DEFAULT 0;          -- 0 owner, 1 reminded, 2 deputy called, 3 director called
ALTER TABLE duty ADD COLUMN told_at BIGINT;                           -- when a notice last went out
ALTER TABLE duty ADD COLUMN acked_at BIGINT;                           -- the owner has said that he knows; stops no clock
ALTER TABLE duty ADD COLUMN checked_by BLOB;                          -- who verified the evidence
CREATE INDEX duty_about ON duty(about);

ALTER TABLE evidence ADD COLUMN about TEXT NOT NULL DEFAULT '';
ALTER TABLE evidence ADD COLUMN result TEXT NOT NULL DEFAULT '';      -- PASSED, FAILED, or ''
ALTER TABLE evidence ADD COLUMN signer_id BLOB;
CREATE INDEX evidence_about ON evidence(about);

CREATE TABLE derived (           -- a copy made from copies
  child_id BLOB NOT NULL REFERENCES holding(id),
  parent_id BLOB NOT NULL REFERENCES holding(id),
  UNIQUE (child_id, parent_id)
);
CREATE INDEX derived_parent ON derived(parent_id);

CREATE TABLE seen (              -- who read which holding when, from our own acts and imported logs
  holding_id BLOB NOT NULL REFERENCES holding(id),
  party_id BLOB NOT NULL REFERENCES party(id),
  at BIGINT NOT NULL,
  persons BIGINT                 -- how many; NULL: not known
);
CREATE INDEX seen_by ON seen(holding_id, party_id, at);

CREATE TABLE coverage (          -- how complete a log is over an interval (I8)
  holding_id BLOB NOT NULL REFERENCES holding(id),
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  complete BIGINT NOT NULL,
  why TEXT NOT NULL,             -- source of the log, or what is missing
  evidence_id BLOB
);
CREATE INDEX coverage_holding ON coverage(holding_id, from_at, until_at);
CREATE INDEX reach_since ON reach(holding_id, from_at);
CREATE INDEX reach_party ON reach(party_id);
CREATE INDEX holding_derived ON holding(derived_from);

ALTER TABLE holding ADD COLUMN existence TEXT NOT NULL DEFAULT 'certain'; -- certain, possible
ALTER TABLE reach ADD COLUMN warrant_id BLOB;                        -- NULL: nobody allowed it
CREATE TABLE extent_upper (      -- who may be in it beyond what was seen in its content: declared, or an upper bound
  holding_id BLOB NOT NULL REFERENCES holding(id),
  item_class BIGINT NOT NULL,
  persons BLOB NOT NULL,
  UNIQUE (holding_id, item_class)
);
