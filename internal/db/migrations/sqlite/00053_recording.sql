-- +goose Up

-- Recordings of visits: asked for, agreed to by name, kept in parts while they run, and
-- filed in the chart as a document with the same id when they are over.
CREATE TABLE visit_recordings (
    id         TEXT PRIMARY KEY,
    visit      TEXT NOT NULL,
    patient_id TEXT NOT NULL,
    state      TEXT NOT NULL, -- asked, on, over
    text       TEXT NOT NULL, -- version of what people agree to
    asked_by   TEXT NOT NULL, -- seat
    asked_at   INTEGER NOT NULL,
    began_at   INTEGER NOT NULL DEFAULT 0,
    ended_at   INTEGER NOT NULL DEFAULT 0,
    why        TEXT NOT NULL DEFAULT '',
    bytes      INTEGER NOT NULL DEFAULT 0,
    node       TEXT NOT NULL DEFAULT '', -- that works on it
    beat_at    INTEGER NOT NULL DEFAULT 0,            -- when it last said so
    filed_at   INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL DEFAULT 0,
    gone_at    INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX visit_recordings_visit ON visit_recordings (visit, asked_at);
CREATE INDEX visit_recordings_open ON visit_recordings (state, asked_at) WHERE filed_at = 0;
CREATE INDEX visit_recordings_expire ON visit_recordings (expires_at) WHERE expires_at > 0 AND gone_at = 0;

-- What each person said to it last. Their Consent in the chart has the course.
CREATE TABLE visit_recording_answers (
    recording TEXT NOT NULL,
    seat      TEXT NOT NULL,
    name      TEXT NOT NULL,
    role      TEXT NOT NULL,
    answer    TEXT NOT NULL, -- yes, no, withdrawn
    text      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    consent   TEXT NOT NULL,
    PRIMARY KEY (recording, seat)
);

-- One file of what one seat sent of one kind.
CREATE TABLE visit_recording_files (
    id        TEXT PRIMARY KEY,
    recording TEXT NOT NULL,
    seat      TEXT NOT NULL,
    kind      TEXT NOT NULL, -- audio, camera, screen
    codec     TEXT NOT NULL,
    private   BLOB NOT NULL,
    width     INTEGER NOT NULL,
    height    INTEGER NOT NULL,
    began_at  INTEGER NOT NULL, -- of its first frame
    length    INTEGER NOT NULL DEFAULT 0,
    bytes     INTEGER NOT NULL DEFAULT 0,
    closed    BOOLEAN NOT NULL DEFAULT FALSE, -- else its node went before its end
    blob      TEXT NOT NULL DEFAULT ''
);
CREATE INDEX visit_recording_files_of ON visit_recording_files (recording, id);

-- The clusters of files of recordings that are not filed yet, each a sealed blob.
CREATE TABLE visit_recording_parts (
    file     TEXT NOT NULL,
    n        INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    key      BOOLEAN NOT NULL,
    size     INTEGER NOT NULL,
    blob     TEXT NOT NULL,
    blob_key BLOB NOT NULL,
    PRIMARY KEY (file, n)
);

-- +goose Down
DROP TABLE visit_recording_parts;
DROP TABLE visit_recording_files;
DROP TABLE visit_recording_answers;
DROP TABLE visit_recordings;
