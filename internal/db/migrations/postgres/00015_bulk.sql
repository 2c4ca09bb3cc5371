-- +goose Up

-- Exports and imports of many records, which systems ask for and come back to.
CREATE TABLE bulk_jobs (
    id               TEXT COLLATE "C" PRIMARY KEY,
    kind             TEXT COLLATE "C" NOT NULL,    -- export, import
    account          TEXT COLLATE "C" NOT NULL,    -- the system that asked
    client           TEXT COLLATE "C" NOT NULL,
    principal        BYTEA NOT NULL,               -- as which it is done, JSON
    request          BYTEA NOT NULL,               -- JSON
    url              TEXT COLLATE "C" NOT NULL,    -- that asked for it
    state            TEXT COLLATE "C" NOT NULL,    -- queued, running, done, failed, cancelled
    fence            BIGINT NOT NULL DEFAULT 0,    -- moves with every start of work: who holds an older one keeps nothing
    at               BYTEA NOT NULL,               -- how far it came, JSON
    transaction_time BIGINT NOT NULL DEFAULT 0,
    total            BIGINT NOT NULL DEFAULT 0,    -- charts, or inputs
    failures         BIGINT NOT NULL DEFAULT 0,
    created_at       BIGINT NOT NULL,
    finished_at      BIGINT NOT NULL DEFAULT 0,
    expires_at       BIGINT NOT NULL               -- then it is deleted with its files
);
CREATE INDEX bulk_jobs_client ON bulk_jobs (account, client, state);
CREATE INDEX bulk_jobs_expires ON bulk_jobs (expires_at);

-- What a job gives: files of NDJSON.
CREATE TABLE bulk_files (
    job   TEXT COLLATE "C" NOT NULL,
    n     BIGINT NOT NULL,               -- from 1
    kind  TEXT COLLATE "C" NOT NULL,     -- output, deleted, error
    type  TEXT COLLATE "C" NOT NULL,
    input BIGINT NOT NULL,               -- of an import; 0: none
    count BIGINT NOT NULL,               -- lines
    size  BIGINT NOT NULL,               -- bytes
    PRIMARY KEY (job, n)
);

-- The parts of a file, each packed for itself (RFC 1952).
CREATE TABLE bulk_parts (
    job    TEXT COLLATE "C" NOT NULL,
    file   BIGINT NOT NULL,
    n      BIGINT NOT NULL,
    blob   TEXT COLLATE "C" NOT NULL,
    start  BIGINT NOT NULL,              -- place in the blob
    packed BIGINT NOT NULL,              -- bytes there
    PRIMARY KEY (job, file, n)
);

-- The blobs of a job, written down before they are put.
CREATE TABLE bulk_blobs (
    name TEXT COLLATE "C" PRIMARY KEY,
    job  TEXT COLLATE "C" NOT NULL,
    key  BYTEA NOT NULL,                 -- wrapped by the site key
    size BIGINT NOT NULL
);
CREATE INDEX bulk_blobs_job ON bulk_blobs (job);

-- What an import fetches, and how far it came in it.
CREATE TABLE bulk_inputs (
    job       TEXT COLLATE "C" NOT NULL,
    n         BIGINT NOT NULL,           -- from 1
    type      TEXT COLLATE "C" NOT NULL,
    url       TEXT COLLATE "C" NOT NULL,
    tag       TEXT COLLATE "C" NOT NULL, -- ETag of the file
    place     BIGINT NOT NULL,           -- bytes that are in
    line      BIGINT NOT NULL,           -- lines that are in
    over      BOOLEAN NOT NULL,
    failures  BIGINT NOT NULL,
    created   BIGINT NOT NULL,
    updated   BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    refused   BIGINT NOT NULL,
    PRIMARY KEY (job, n)
);

-- +goose Down
DROP TABLE bulk_inputs;
DROP TABLE bulk_blobs;
DROP TABLE bulk_parts;
DROP TABLE bulk_files;
DROP TABLE bulk_jobs;
