-- +goose Up

-- From where a row came: network address and session. It is under the row's code
-- and not in its body, which patients read.
ALTER TABLE audit ADD COLUMN source TEXT NOT NULL DEFAULT '';

-- The privacy officer's report: of a period, and of one account in it.
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_account ON audit (account, at);

-- How far each place outside the database has the log's signed checkpoints.
CREATE TABLE audit_anchors (
    place TEXT NOT NULL, -- file, s3, syslog
    node  TEXT NOT NULL, -- that sent it there
    size  INTEGER NOT NULL, -- of the log
    at    INTEGER NOT NULL, -- of the checkpoint
    PRIMARY KEY (place, node)
);

-- Where the log goes on after a part of it was lost, under a signature.
CREATE TABLE audit_gaps (
    from_size INTEGER NOT NULL, -- what was left
    upto_size INTEGER NOT NULL, -- what there had been
    at        INTEGER NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (from_size, upto_size, at)
);

-- +goose Down
DROP TABLE audit_gaps;
DROP TABLE audit_anchors;
DROP INDEX audit_account;
DROP INDEX audit_at;
ALTER TABLE audit DROP COLUMN source;
