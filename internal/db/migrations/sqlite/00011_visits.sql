-- +goose Up

-- Who has a seat in a visit, and how far they have come.
CREATE TABLE visit_people (
    visit         TEXT NOT NULL,      -- id of the Appointment
    seat          TEXT NOT NULL,
    account       TEXT NOT NULL,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    relation      TEXT NOT NULL,                  -- of a proxy
    host          BOOLEAN NOT NULL,
    state         TEXT NOT NULL,      -- none, waiting, admitted, in, left, refused
    consent       TEXT NOT NULL DEFAULT '', -- version of the text that was agreed to
    consent_at    INTEGER NOT NULL DEFAULT 0,
    checked       TEXT NOT NULL DEFAULT '',       -- camera microphone speaker network
    checked_at    INTEGER NOT NULL DEFAULT 0,
    waiting_since INTEGER NOT NULL DEFAULT 0,
    admitted_by   TEXT NOT NULL DEFAULT '',
    admitted_at   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (visit, seat)
);
CREATE UNIQUE INDEX visit_people_account ON visit_people (visit, account);

CREATE TABLE visit_chat (
    visit   TEXT NOT NULL,
    n       INTEGER NOT NULL,
    id      TEXT NOT NULL,            -- made by who wrote it
    account TEXT NOT NULL,
    name    TEXT NOT NULL,
    role    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (visit, n)
);
CREATE UNIQUE INDEX visit_chat_id ON visit_chat (id);

-- What a clinician writes about a visit, until it is signed; then it stays as it
-- was signed, beside the Composition in the record.
CREATE TABLE visit_notes (
    visit          TEXT PRIMARY KEY,
    version        INTEGER NOT NULL,
    body           BLOB NOT NULL,
    saved_at       INTEGER NOT NULL,
    saved_by       TEXT NOT NULL,
    signed_at      INTEGER NOT NULL DEFAULT 0,
    signed_by      TEXT NOT NULL DEFAULT '',          -- name
    signed_role    TEXT NOT NULL DEFAULT '',
    signed_account TEXT NOT NULL DEFAULT '',
    composition    TEXT NOT NULL DEFAULT '',
    document       TEXT NOT NULL DEFAULT ''
);

CREATE TABLE visit_addenda (
    visit TEXT NOT NULL,
    n     INTEGER NOT NULL,
    id    TEXT NOT NULL,              -- of the Composition
    at    INTEGER NOT NULL,
    name  TEXT NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (visit, n)
);
CREATE UNIQUE INDEX visit_addenda_id ON visit_addenda (id);

-- +goose Down
DROP TABLE visit_addenda;
DROP TABLE visit_notes;
DROP TABLE visit_chat;
DROP TABLE visit_people;
