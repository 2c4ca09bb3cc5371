-- +goose Up

-- How somebody narrows their inbox, kept under a name.
CREATE TABLE inbox_filters (
    account  TEXT NOT NULL,
    id       TEXT NOT NULL,
    name     TEXT NOT NULL,
    body     TEXT NOT NULL,                     -- JSON
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (account, id)
);

-- Texts that are written often: the clinic's, and everybody's own.
CREATE TABLE phrases (
    account    TEXT NOT NULL,       -- empty: the clinic's
    name       TEXT NOT NULL,
    text       TEXT NOT NULL,
    version    INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (account, name)
);

-- What a thread became: a task, a refill, an appointment request, a note.
CREATE TABLE thread_made (
    patient_id TEXT NOT NULL,
    thread     TEXT NOT NULL,
    id         TEXT NOT NULL,       -- of the resource, made by the client
    kind       TEXT NOT NULL,
    type       TEXT NOT NULL,
    account    TEXT NOT NULL,
    digest     BLOB NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (patient_id, thread, id)
);

-- +goose Down
DROP TABLE thread_made;
DROP TABLE phrases;
DROP TABLE inbox_filters;
