-- 0011: tokens come and go by the million in the order of (field, token): a look at each one's person and a second index in the order
-- of persons read and wrote more pages than all the rest. Who has a token is asked of the whole table, once for all who go.

CREATE TABLE token_next (        -- unique identifiers only, keyed with the index key of the epoch
  person_number BIGINT NOT NULL, -- a person with a record: written and removed with it (people/token.c)
  field BIGINT NOT NULL,
  token BLOB NOT NULL CHECK (length(token) = 16),
  UNIQUE (field, token)
);
INSERT INTO token_next(person_number, field, token) SELECT person_number, field, token FROM token ORDER BY field, token;
DROP TABLE token;
ALTER TABLE token_next RENAME TO token;
