-- +goose Up

-- The audit in pages: the rows that were committed together stand in one row, one
-- after another, under one code. The number of a row is the page's first and its
-- place in the page. Rows of old become pages of one row with their own code (form
-- 1), so that one form is read everywhere and each old row can still be checked.
CREATE TABLE audit_pages (
    writer BIGINT NOT NULL,
    first  BIGINT NOT NULL,                -- number of the first row
    n      INTEGER NOT NULL,               -- rows
    at     BIGINT NOT NULL,
    form   SMALLINT NOT NULL,              -- 1: one row, under the code of a row; 2: a page
    body   BYTEA NOT NULL,
    mac    BYTEA NOT NULL,
    PRIMARY KEY (writer, first)
) WITH (toast_tuple_target = 8160);
INSERT INTO audit_pages SELECT writer, counter, 1, at, 1,
    '\x00000000'::bytea || int4send(octet_length(convert_to(patient_id, 'UTF8'))) || convert_to(patient_id, 'UTF8') ||
    '\x00000000' || int4send(octet_length(convert_to(account, 'UTF8'))) || convert_to(account, 'UTF8') ||
    '\x00000000' || int4send(octet_length(convert_to(source, 'UTF8'))) || convert_to(source, 'UTF8') ||
    '\x00000000' || int4send(octet_length(body)) || body, mac
FROM audit;
CREATE INDEX audit_pages_at ON audit_pages (at, writer, first);
DROP TABLE audit;

-- The log, a row for each page: its rows follow one another in it. The links are
-- those of the rows: number in the chart's chain, and the link before it.
CREATE TABLE audit_sealed (
    seq    BIGINT PRIMARY KEY,             -- leaf of the page's first row
    writer BIGINT NOT NULL,
    first  BIGINT NOT NULL,
    n      INTEGER NOT NULL,
    links  BYTEA NOT NULL
);
INSERT INTO audit_sealed SELECT seq, writer, counter, 1, int8send(n) || prev FROM audit_seals;
DROP TABLE audit_seals;
ALTER TABLE audit_sealed RENAME TO audit_seals;
ALTER INDEX audit_sealed_pkey RENAME TO audit_seals_pkey;

-- Which rows are of a chart or of an account, in segments of 8,192 leaves of the
-- log and in 128 buckets. The sealer writes a segment when it is full.
CREATE TABLE audit_segments (
    segment BIGINT PRIMARY KEY,
    since   BIGINT NOT NULL,               -- times of its rows
    until   BIGINT NOT NULL
);
CREATE TABLE audit_index (
    kind    SMALLINT NOT NULL,             -- 0 charts, 1 accounts
    bucket  SMALLINT NOT NULL,
    segment BIGINT NOT NULL,
    entries BYTEA NOT NULL,
    PRIMARY KEY (kind, bucket, segment)
);

-- A node has a writer of its own for reads: they never wait for a transaction that
-- holds one of the others.
ALTER TABLE audit_writers ADD COLUMN reads BOOLEAN NOT NULL DEFAULT false;

-- +goose Down
-- The rows of a page have no codes of their own: there is no way back for them.
ALTER TABLE audit_writers DROP COLUMN reads;
DROP TABLE audit_index;
DROP TABLE audit_segments;
DROP TABLE audit_seals;
DROP TABLE audit_pages;
CREATE TABLE audit (
    writer     BIGINT NOT NULL,
    counter    BIGINT NOT NULL,
    patient_id TEXT COLLATE "C" NOT NULL,
    account    TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    body       BYTEA NOT NULL,
    mac        BYTEA NOT NULL,
    source     TEXT COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (writer, counter)
);
CREATE INDEX audit_patient ON audit (patient_id, at, writer, counter);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_account ON audit (account, at);
CREATE TABLE audit_seals (
    seq     BIGINT NOT NULL UNIQUE,
    writer  BIGINT NOT NULL,
    counter BIGINT NOT NULL,
    n       BIGINT NOT NULL,
    prev    BYTEA NOT NULL,
    hash    BYTEA NOT NULL,
    PRIMARY KEY (writer, counter)
);
