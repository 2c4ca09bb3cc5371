-- +goose Up

-- What somebody who has a seat said and tried before a visit, beyond the words that
-- the seat itself has.
CREATE TABLE visit_ready (
    visit   TEXT NOT NULL,
    seat    TEXT NOT NULL,
    tried   TEXT NOT NULL DEFAULT '',   -- how their line and browser were found, as JSON
    consent TEXT NOT NULL DEFAULT '',   -- id of the Consent in the chart
    said_at INTEGER NOT NULL DEFAULT 0, -- when they said where the patient is
    country TEXT NOT NULL DEFAULT '',
    region  TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    phone   TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (visit, seat)
);

-- Questions that are answered before a visit, while they are answered and after.
CREATE TABLE visit_answers (
    visit       TEXT NOT NULL PRIMARY KEY,
    patient_id  TEXT NOT NULL,
    form        TEXT NOT NULL,
    version     TEXT NOT NULL,
    account     TEXT NOT NULL,
    name        TEXT NOT NULL,
    role        TEXT NOT NULL,
    relation    TEXT NOT NULL,
    body        BLOB NOT NULL,                -- answers, as JSON
    saved_at    INTEGER NOT NULL,
    finished_at INTEGER NOT NULL DEFAULT 0,
    response    TEXT NOT NULL DEFAULT ''      -- id of the QuestionnaireResponse in the chart
);
CREATE INDEX visit_answers_patient ON visit_answers (patient_id, form, finished_at);

-- What an administrator chose about visits.
CREATE TABLE visit_settings (
    name       TEXT NOT NULL PRIMARY KEY,
    body       TEXT NOT NULL, -- JSON
    version    INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL
);

-- What is written between somebody who waits and the clinic; empty: in the room.
ALTER TABLE visit_chat ADD COLUMN seat TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE visit_chat DROP COLUMN seat;
DROP TABLE visit_settings;
DROP TABLE visit_answers;
DROP TABLE visit_ready;
