-- +goose Up

-- Writers of audit rows. A transaction takes one that nobody holds and keeps its
-- lock to the end: the numbers of a writer have no gaps and commit in order.
CREATE TABLE audit_writers (
    writer     INTEGER PRIMARY KEY,
    next       INTEGER NOT NULL,             -- number of the next row
    node       TEXT NOT NULL,   -- that made it
    created_at INTEGER NOT NULL
);

-- One row a decision, append-only. The body is JSON: who, as what, what, why.
CREATE TABLE audit (
    writer     INTEGER NOT NULL,
    counter    INTEGER NOT NULL,
    patient_id TEXT NOT NULL,
    account    TEXT NOT NULL,
    at         INTEGER NOT NULL,
    body       BLOB NOT NULL,
    mac        BLOB NOT NULL,
    PRIMARY KEY (writer, counter)
);
CREATE INDEX audit_patient ON audit (patient_id, at, writer, counter);

-- The log: each sealed row's place in it and in the chain of its chart.
CREATE TABLE audit_seals (
    seq     INTEGER NOT NULL UNIQUE,         -- leaf of the Merkle log, from 0
    writer  INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    n       INTEGER NOT NULL,                -- place in the chart's chain, from 1
    prev    BLOB NOT NULL,                 -- the link before it in that chain
    hash    BLOB NOT NULL,
    PRIMARY KEY (writer, counter)
);

-- How far each writer's rows are sealed.
CREATE TABLE audit_marks (
    writer INTEGER PRIMARY KEY,
    upto   INTEGER NOT NULL
);

-- The last link of each chart's chain.
CREATE TABLE audit_charts (
    patient_id TEXT PRIMARY KEY,
    n          INTEGER NOT NULL,
    hash       BLOB NOT NULL
);

-- Nodes of the Merkle log, 256 a row: every eighth level of the tree.
CREATE TABLE audit_tiles (
    level  INTEGER NOT NULL,
    idx    INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, idx)
);

-- Who seals, how long the log is, and the last signed checkpoint.
CREATE TABLE audit_state (
    id         INTEGER PRIMARY KEY,
    holder     TEXT NOT NULL,
    fence      INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    checked_at INTEGER NOT NULL,
    size       INTEGER NOT NULL,
    root       BLOB NOT NULL,
    checkpoint TEXT NOT NULL
);
INSERT INTO audit_state VALUES (1, '', 0, 0, 0, 0, X'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '');

-- What the sealer found wrong.
CREATE TABLE audit_faults (
    writer  INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    upto    INTEGER NOT NULL,
    kind    TEXT NOT NULL,      -- gap, code, clash
    at      INTEGER NOT NULL,
    PRIMARY KEY (writer, counter, kind)
);

-- +goose Down
DROP TABLE audit_faults;
DROP TABLE audit_state;
DROP TABLE audit_tiles;
DROP TABLE audit_charts;
DROP TABLE audit_marks;
DROP TABLE audit_seals;
DROP TABLE audit;
DROP TABLE audit_writers;
