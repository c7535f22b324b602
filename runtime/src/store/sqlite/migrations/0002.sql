-- What tells this store from all others; the numbers of people are made of it.
INSERT INTO meta (name, value) VALUES ('number', random());
