-- Letters are looked for route by route: those that wait for somebody else cost nothing.
DROP INDEX letter_ready;
CREATE INDEX letter_ready ON letter (route, ready, seq) WHERE NOT dead;
CREATE INDEX letter_dead ON letter (seq) WHERE dead;

-- New causes take the room of forgotten ones, so that their moments stand in no order: what is old is found by a tree.
DROP INDEX cause_at;
CREATE INDEX cause_at ON cause (at);
