-- +goose Up

-- The summary of a visit in the language of who reads it: asked for as a Task, and
-- what came of it.
CREATE TABLE visit_translations (
    visit    TEXT COLLATE "C" PRIMARY KEY,
    language TEXT COLLATE "C" NOT NULL,
    task     TEXT COLLATE "C" NOT NULL,
    asked_at BIGINT NOT NULL,
    made_at  BIGINT NOT NULL DEFAULT 0,
    made_by  TEXT NOT NULL DEFAULT '',
    document TEXT COLLATE "C" NOT NULL DEFAULT '',
    body     BYTEA NOT NULL DEFAULT ''
);

-- How people of the patient's side found a visit.
CREATE TABLE visit_ratings (
    visit   TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    role    TEXT COLLATE "C" NOT NULL,
    stars   BIGINT NOT NULL,
    comment TEXT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (visit, account)
);

-- Visits that are over and whose notes are not signed.
CREATE INDEX appointments_unsigned ON appointments (account, starts_at) WHERE status <> 'cancelled' AND (note = 'draft' OR note = '' AND state = 'ended');

-- +goose Down
DROP INDEX appointments_unsigned;
DROP TABLE visit_ratings;
DROP TABLE visit_translations;
