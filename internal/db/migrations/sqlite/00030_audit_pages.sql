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

-- As in the file of the audit, where a node has a writer of its own for reads.
ALTER TABLE audit_writers ADD COLUMN reads INTEGER NOT NULL DEFAULT 0;

-- +goose Down
-- The rows of a page have no codes of their own: there is no way back for them.
ALTER TABLE audit_writers DROP COLUMN reads;
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
