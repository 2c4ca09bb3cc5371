-- +goose Up

-- The audit in pages: the rows that were committed together stand in one row, one
-- after another, under one code. The number of a row is the page's first and its
-- place in the page. Rows of old become pages of one row with their own code (form
-- 1), so that one form is read everywhere and each old row can still be checked.
CREATE TABLE audit_pages (
    writer INTEGER NOT NULL,
    first  INTEGER NOT NULL,                -- number of the first row
    n      INTEGER NOT NULL,               -- rows
    at     INTEGER NOT NULL,
    form   INTEGER NOT NULL,              -- 1: one row, under the code of a row; 2: a page
    body   BLOB NOT NULL,
    mac    BLOB NOT NULL,
    PRIMARY KEY (writer, first)
);
INSERT INTO audit_pages SELECT writer, counter, 1, at, 1,
    unhex(printf('00000000%08x', length(CAST(patient_id AS BLOB))) || hex(CAST(patient_id AS BLOB)) ||
        printf('00000000%08x', length(CAST(account AS BLOB))) || hex(CAST(account AS BLOB)) ||
        printf('00000000%08x', length(CAST(source AS BLOB))) || hex(CAST(source AS BLOB)) ||
        printf('00000000%08x', length(CAST(body AS BLOB))) || hex(CAST(body AS BLOB))), mac
FROM audit;
CREATE INDEX audit_pages_at ON audit_pages (at, writer, first);
DROP TABLE audit;

-- The log, a row for each page: its rows follow one another in it. The links are
-- those of the rows: number in the chart's chain, and the link before it.
CREATE TABLE audit_sealed (
    seq    INTEGER PRIMARY KEY,             -- leaf of the page's first row
    writer INTEGER NOT NULL,
    first  INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    links  BLOB NOT NULL
);
INSERT INTO audit_sealed SELECT seq, writer, counter, 1, unhex(printf('%016x', n) || hex(prev)) FROM audit_seals;
DROP TABLE audit_seals;
ALTER TABLE audit_sealed RENAME TO audit_seals;

-- Which rows are of a chart or of an account, in segments of 8,192 leaves of the
-- log and in 128 buckets. The sealer writes a segment when it is full.
CREATE TABLE audit_segments (
    segment INTEGER PRIMARY KEY,
    since   INTEGER NOT NULL,               -- times of its rows
    until   INTEGER NOT NULL
);
CREATE TABLE audit_index (
    kind    INTEGER NOT NULL,             -- 0 charts, 1 accounts
    bucket  INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    entries BLOB NOT NULL,
    PRIMARY KEY (kind, bucket, segment)
);

-- A node has a writer of its own for reads: they never wait for a transaction that
-- holds one of the others.
ALTER TABLE audit_writers ADD COLUMN reads INTEGER NOT NULL DEFAULT 0;

-- A page of reads takes its numbers by being written: one statement is one commit.
-- Whoever writes by a transaction has moved the number on before.
-- +goose StatementBegin
CREATE TRIGGER audit_pages_next AFTER INSERT ON audit_pages BEGIN
    UPDATE audit_writers SET next = NEW.first + NEW.n WHERE writer = NEW.writer AND next = NEW.first AND reads;
END;
-- +goose StatementEnd

-- +goose Down
-- The rows of a page have no codes of their own: there is no way back for them.
DROP TRIGGER audit_pages_next;
ALTER TABLE audit_writers DROP COLUMN reads;
DROP TABLE audit_index;
DROP TABLE audit_segments;
DROP TABLE audit_seals;
DROP TABLE audit_pages;
CREATE TABLE audit (
    writer     INTEGER NOT NULL,
    counter    INTEGER NOT NULL,
    patient_id TEXT NOT NULL,
    account    TEXT NOT NULL,
    at         INTEGER NOT NULL,
    body       BLOB NOT NULL,
    mac        BLOB NOT NULL,
    source     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (writer, counter)
);
CREATE INDEX audit_patient ON audit (patient_id, at, writer, counter);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_account ON audit (account, at);
CREATE TABLE audit_seals (
    seq     INTEGER NOT NULL UNIQUE,
    writer  INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    prev    BLOB NOT NULL,
    hash    BLOB NOT NULL,
    PRIMARY KEY (writer, counter)
);
