-- One row: what tells this store from all others; the numbers of people are made of it.
CREATE TABLE identity (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  number bigint NOT NULL
);
INSERT INTO identity (number)
SELECT ('x' || left(translate(gen_random_uuid()::text, '-', ''), 16))::bit(64)::bigint;
