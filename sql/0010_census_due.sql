-- 0010: when an account that was decided to go later is due.

ALTER TABLE census_decision ADD COLUMN due_on BIGINT NOT NULL DEFAULT 0; -- erase-later: a day; 0: [people] grace_days after the decision
