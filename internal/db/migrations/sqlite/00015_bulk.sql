-- +goose Up

-- Exports and imports of many records, which systems ask for and come back to.
CREATE TABLE bulk_jobs (
    id               TEXT PRIMARY KEY,
    kind             TEXT NOT NULL,    -- export, import
    account          TEXT NOT NULL,    -- the system that asked
    client           TEXT NOT NULL,
    principal        BLOB NOT NULL,               -- as which it is done, JSON
    request          BLOB NOT NULL,               -- JSON
    url              TEXT NOT NULL,    -- that asked for it
    state            TEXT NOT NULL,    -- queued, running, done, failed, cancelled
    fence            INTEGER NOT NULL DEFAULT 0,    -- moves with every start of work: who holds an older one keeps nothing
    at               BLOB NOT NULL,               -- how far it came, JSON
    transaction_time INTEGER NOT NULL DEFAULT 0,
    total            INTEGER NOT NULL DEFAULT 0,    -- charts, or inputs
    failures         INTEGER NOT NULL DEFAULT 0,
    created_at       INTEGER NOT NULL,
    finished_at      INTEGER NOT NULL DEFAULT 0,
    expires_at       INTEGER NOT NULL               -- then it is deleted with its files
);
CREATE INDEX bulk_jobs_client ON bulk_jobs (account, client, state);
CREATE INDEX bulk_jobs_expires ON bulk_jobs (expires_at);

-- What a job gives: files of NDJSON.
CREATE TABLE bulk_files (
    job   TEXT NOT NULL,
    n     INTEGER NOT NULL,               -- from 1
    kind  TEXT NOT NULL,     -- output, deleted, error
    type  TEXT NOT NULL,
    input INTEGER NOT NULL,               -- of an import; 0: none
    count INTEGER NOT NULL,               -- lines
    size  INTEGER NOT NULL,               -- bytes
    PRIMARY KEY (job, n)
);

-- The parts of a file, each packed for itself (RFC 1952).
CREATE TABLE bulk_parts (
    job    TEXT NOT NULL,
    file   INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    blob   TEXT NOT NULL,
    start  INTEGER NOT NULL,              -- place in the blob
    packed INTEGER NOT NULL,              -- bytes there
    PRIMARY KEY (job, file, n)
);

-- The blobs of a job, written down before they are put.
CREATE TABLE bulk_blobs (
    name TEXT PRIMARY KEY,
    job  TEXT NOT NULL,
    key  BLOB NOT NULL,                 -- wrapped by the site key
    size INTEGER NOT NULL
);
CREATE INDEX bulk_blobs_job ON bulk_blobs (job);

-- What an import fetches, and how far it came in it.
CREATE TABLE bulk_inputs (
    job       TEXT NOT NULL,
    n         INTEGER NOT NULL,           -- from 1
    type      TEXT NOT NULL,
    url       TEXT NOT NULL,
    tag       TEXT NOT NULL, -- ETag of the file
    place     INTEGER NOT NULL,           -- bytes that are in
    line      INTEGER NOT NULL,           -- lines that are in
    over      BOOLEAN NOT NULL,
    failures  INTEGER NOT NULL,
    created   INTEGER NOT NULL,
    updated   INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    refused   INTEGER NOT NULL,
    PRIMARY KEY (job, n)
);

-- +goose Down
DROP TABLE bulk_inputs;
DROP TABLE bulk_blobs;
DROP TABLE bulk_parts;
DROP TABLE bulk_files;
DROP TABLE bulk_jobs;
