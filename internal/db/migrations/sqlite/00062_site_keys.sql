-- +goose Up

-- The site's keys, by their names: what each is for. The keys themselves are not here.
CREATE TABLE site_keys (
    id         TEXT PRIMARY KEY,
    n          INTEGER NOT NULL UNIQUE,     -- 1 is the site's first
    added_at   INTEGER NOT NULL,
    current_at INTEGER NOT NULL,            -- since when it seals; the newest does. 0: it waits until every node has it
    retired_at INTEGER NOT NULL,            -- 0: what it sealed can be opened
    kept       BLOB                       -- of a retired key: what still checks the audit and codes of old, sealed
);

-- Which keys each node has, so that none seals what another cannot open.
CREATE TABLE site_key_nodes (
    node       TEXT PRIMARY KEY,
    held       TEXT NOT NULL,              -- names, apart by spaces
    sealing    TEXT NOT NULL,  -- the key that it seals with
    seen_at    INTEGER NOT NULL
);

-- Keys of files are sealed anew in the order of their names.
CREATE INDEX binaries_blob ON binaries (blob);

-- +goose Down
DROP INDEX binaries_blob;
DROP TABLE site_key_nodes;
DROP TABLE site_keys;
