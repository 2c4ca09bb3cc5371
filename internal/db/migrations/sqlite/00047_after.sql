-- +goose Up

-- The summary of a visit in the language of who reads it: asked for as a Task, and
-- what came of it.
CREATE TABLE visit_translations (
    visit    TEXT PRIMARY KEY,
    language TEXT NOT NULL,
    task     TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    made_at  INTEGER NOT NULL DEFAULT 0,
    made_by  TEXT NOT NULL DEFAULT '',
    document TEXT NOT NULL DEFAULT '',
    body     BLOB NOT NULL DEFAULT ''
);

-- How people of the patient's side found a visit.
CREATE TABLE visit_ratings (
    visit   TEXT NOT NULL,
    account TEXT NOT NULL,
    role    TEXT NOT NULL,
    stars   INTEGER NOT NULL,
    comment TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (visit, account)
);

-- Visits that are over and whose notes are not signed.
CREATE INDEX appointments_unsigned ON appointments (account, starts_at) WHERE status <> 'cancelled' AND (note = 'draft' OR note = '' AND state = 'ended');

-- +goose Down
DROP INDEX appointments_unsigned;
DROP TABLE visit_ratings;
DROP TABLE visit_translations;
