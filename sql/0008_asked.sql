-- 0008: what the one question would count again for each copy, counted once when it changes (custody/DESIGN.md).

ALTER TABLE holding ADD COLUMN persons BIGINT;     -- seen in its content; derived from extent; NULL: not counted yet
ALTER TABLE holding ADD COLUMN persons_max BIGINT; -- and those who may be in it; derived from extent_upper too
ALTER TABLE reach ADD COLUMN was_seen BIGINT NOT NULL DEFAULT 0; -- derived: a row of seen lies in this interval
UPDATE reach SET was_seen = 1 WHERE EXISTS (SELECT 1 FROM seen v WHERE v.holding_id = reach.holding_id
  AND v.at >= reach.from_at AND v.at <= COALESCE(reach.until_at, 9223372036854775807)
  AND (v.party_id = reach.party_id OR reach.party_id IN (SELECT p.id FROM party p WHERE p.kind = 'anyone')));
