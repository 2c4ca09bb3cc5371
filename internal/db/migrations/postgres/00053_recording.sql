-- +goose Up

-- Recordings of visits: asked for, agreed to by name, kept in parts while they run, and
-- filed in the chart as a document with the same id when they are over.
CREATE TABLE visit_recordings (
    id         TEXT COLLATE "C" PRIMARY KEY,
    visit      TEXT COLLATE "C" NOT NULL,
    patient_id TEXT COLLATE "C" NOT NULL,
    state      TEXT COLLATE "C" NOT NULL, -- asked, on, over
    text       TEXT COLLATE "C" NOT NULL, -- version of what people agree to
    asked_by   TEXT COLLATE "C" NOT NULL, -- seat
    asked_at   BIGINT NOT NULL,
    began_at   BIGINT NOT NULL DEFAULT 0,
    ended_at   BIGINT NOT NULL DEFAULT 0,
    why        TEXT COLLATE "C" NOT NULL DEFAULT '',
    bytes      BIGINT NOT NULL DEFAULT 0,
    node       TEXT COLLATE "C" NOT NULL DEFAULT '', -- that works on it
    beat_at    BIGINT NOT NULL DEFAULT 0,            -- when it last said so
    filed_at   BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL DEFAULT 0,
    gone_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX visit_recordings_visit ON visit_recordings (visit, asked_at);
CREATE INDEX visit_recordings_open ON visit_recordings (state, asked_at) WHERE filed_at = 0;
CREATE INDEX visit_recordings_expire ON visit_recordings (expires_at) WHERE expires_at > 0 AND gone_at = 0;

-- What each person said to it last. Their Consent in the chart has the course.
CREATE TABLE visit_recording_answers (
    recording TEXT COLLATE "C" NOT NULL,
    seat      TEXT COLLATE "C" NOT NULL,
    name      TEXT NOT NULL,
    role      TEXT COLLATE "C" NOT NULL,
    answer    TEXT COLLATE "C" NOT NULL, -- yes, no, withdrawn
    text      TEXT COLLATE "C" NOT NULL,
    at        BIGINT NOT NULL,
    consent   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (recording, seat)
);

-- One file of what one seat sent of one kind.
CREATE TABLE visit_recording_files (
    id        TEXT COLLATE "C" PRIMARY KEY,
    recording TEXT COLLATE "C" NOT NULL,
    seat      TEXT COLLATE "C" NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL, -- audio, camera, screen
    codec     TEXT COLLATE "C" NOT NULL,
    private   BYTEA NOT NULL,
    width     BIGINT NOT NULL,
    height    BIGINT NOT NULL,
    began_at  BIGINT NOT NULL, -- of its first frame
    length    BIGINT NOT NULL DEFAULT 0,
    bytes     BIGINT NOT NULL DEFAULT 0,
    closed    BOOLEAN NOT NULL DEFAULT FALSE, -- else its node went before its end
    blob      TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX visit_recording_files_of ON visit_recording_files (recording, id);

-- The clusters of files of recordings that are not filed yet, each a sealed blob.
CREATE TABLE visit_recording_parts (
    file     TEXT COLLATE "C" NOT NULL,
    n        BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    key      BOOLEAN NOT NULL,
    size     BIGINT NOT NULL,
    blob     TEXT COLLATE "C" NOT NULL,
    blob_key BYTEA NOT NULL,
    PRIMARY KEY (file, n)
);

-- +goose Down
DROP TABLE visit_recording_parts;
DROP TABLE visit_recording_files;
DROP TABLE visit_recording_answers;
DROP TABLE visit_recordings;
