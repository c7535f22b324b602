-- People, and everything that follows from what happens to them. Times are milliseconds since 1970.
-- Nothing that every turn changes stands in an index.

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
  id INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL,
  -- Whom this one turned out to be; then there is no state.
  moved_to INTEGER,
  state BLOB NOT NULL
) STRICT;

CREATE INDEX contact_moved ON contact (moved_to) WHERE moved_to IS NOT NULL;

-- When something is due for a person. What is due next is known in memory, and read from here when the store is opened.
CREATE TABLE clock (
  contact INTEGER PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE address (
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  contact INTEGER NOT NULL,
  PRIMARY KEY (channel, address)
) STRICT, WITHOUT ROWID;

CREATE INDEX address_contact ON address (contact);

CREATE TABLE cause (
  key TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  answer BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX cause_at ON cause (at);

CREATE TABLE line (
  contact INTEGER NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  channel TEXT NOT NULL,
  said TEXT NOT NULL,
  PRIMARY KEY (contact, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
  position INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;

-- Letters that are to be delivered (state 0), or were given up (state 1). Claims are kept in memory: they end with the
-- process that made them.
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY,
  contact INTEGER NOT NULL,
  state INTEGER NOT NULL,
  at INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  lane TEXT NOT NULL,
  route TEXT NOT NULL,
  error TEXT NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE INDEX outbox_dead ON outbox (contact) WHERE state = 1;

CREATE TABLE bot (
  hash INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
