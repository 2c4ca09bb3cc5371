-- +goose Up

-- How somebody narrows their inbox, kept under a name.
CREATE TABLE inbox_filters (
    account  TEXT COLLATE "C" NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    name     TEXT NOT NULL,
    body     TEXT NOT NULL,                     -- JSON
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (account, id)
);

-- Texts that are written often: the clinic's, and everybody's own.
CREATE TABLE phrases (
    account    TEXT COLLATE "C" NOT NULL,       -- empty: the clinic's
    name       TEXT COLLATE "C" NOT NULL,
    text       TEXT NOT NULL,
    version    BIGINT NOT NULL,
    changed_by TEXT COLLATE "C" NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (account, name)
);

-- What a thread became: a task, a refill, an appointment request, a note.
CREATE TABLE thread_made (
    patient_id TEXT COLLATE "C" NOT NULL,
    thread     TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,       -- of the resource, made by the client
    kind       TEXT COLLATE "C" NOT NULL,
    type       TEXT COLLATE "C" NOT NULL,
    account    TEXT COLLATE "C" NOT NULL,
    digest     BYTEA NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (patient_id, thread, id)
);

-- +goose Down
DROP TABLE thread_made;
DROP TABLE phrases;
DROP TABLE inbox_filters;
