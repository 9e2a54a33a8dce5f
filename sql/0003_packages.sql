-- 0003: packages, sites, campaigns, canary persons. Digests, versions and words only: nobody's data (canary persons are nobody).

CREATE TABLE package (           -- what was built here, released here, or installed here
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  state TEXT NOT NULL,           -- built, released, installed, replaced
  at BIGINT NOT NULL,
  manifest BLOB,                 -- canonical JSON: path, digest, mode of each file
  UNIQUE (digest, state)
);
CREATE TABLE package_statement ( -- DSSE envelopes about a package, as they came
  digest BLOB NOT NULL,
  predicate TEXT NOT NULL,
  envelope BLOB NOT NULL,
  at BIGINT NOT NULL
);
CREATE TABLE site (              -- another installation that is known here, with its keys
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  name TEXT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  public_key BLOB NOT NULL CHECK (length(public_key) = 32),
  ledger_key TEXT NOT NULL,      -- C2SP verifier key of its ledger
  recipient TEXT NOT NULL,       -- age1…
  enrolled_at BIGINT NOT NULL,
  ended_at BIGINT,
  last_version TEXT NOT NULL DEFAULT '',
  last_report BIGINT
);
CREATE TABLE site_report (       -- signed reports as they came; a nonce is good once
  site_id BLOB NOT NULL REFERENCES site(id),
  nonce BLOB NOT NULL UNIQUE,
  at BIGINT NOT NULL,
  version TEXT NOT NULL,
  envelope BLOB NOT NULL
);
CREATE TABLE site_nonce (        -- bookkeeping of this installation: nonces asked of it or by it
  nonce BLOB NOT NULL UNIQUE,
  campaign_id BLOB,
  site_id BLOB,
  at BIGINT NOT NULL
);
CREATE TABLE campaign (
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  version TEXT NOT NULL,         -- population: sites whose last signed report shows this version
  steps TEXT NOT NULL,           -- "erase,patch,verify"
  started_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  closed_at BIGINT
);
CREATE TABLE campaign_site (     -- one row a site and step; the duty says when it is due
  campaign_id BLOB NOT NULL REFERENCES campaign(id),
  site_id BLOB NOT NULL REFERENCES site(id),
  step TEXT NOT NULL,
  duty_id BLOB NOT NULL REFERENCES duty(id),
  state TEXT NOT NULL,           -- unknown, done, verified, waived
  evidence_id BLOB REFERENCES evidence(id),
  joined_at BIGINT NOT NULL,
  UNIQUE (campaign_id, site_id, step)
);
CREATE TABLE canary (            -- synthetic persons of this or another site; values in clear: they are nobody
  site TEXT NOT NULL,
  value TEXT NOT NULL,
  field TEXT NOT NULL,
  person_number BIGINT,          -- the record enrolled here; NULL for another site's
  since BIGINT NOT NULL,
  UNIQUE (site, field, value)
);
