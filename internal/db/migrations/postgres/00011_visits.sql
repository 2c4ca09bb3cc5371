-- +goose Up

-- Who has a seat in a visit, and how far they have come.
CREATE TABLE visit_people (
    visit         TEXT COLLATE "C" NOT NULL,      -- id of the Appointment
    seat          TEXT COLLATE "C" NOT NULL,
    account       TEXT COLLATE "C" NOT NULL,
    name          TEXT NOT NULL,
    role          TEXT COLLATE "C" NOT NULL,
    relation      TEXT NOT NULL,                  -- of a proxy
    host          BOOLEAN NOT NULL,
    state         TEXT COLLATE "C" NOT NULL,      -- none, waiting, admitted, in, left, refused
    consent       TEXT COLLATE "C" NOT NULL DEFAULT '', -- version of the text that was agreed to
    consent_at    BIGINT NOT NULL DEFAULT 0,
    checked       TEXT NOT NULL DEFAULT '',       -- camera microphone speaker network
    checked_at    BIGINT NOT NULL DEFAULT 0,
    waiting_since BIGINT NOT NULL DEFAULT 0,
    admitted_by   TEXT COLLATE "C" NOT NULL DEFAULT '',
    admitted_at   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (visit, seat)
);
CREATE UNIQUE INDEX visit_people_account ON visit_people (visit, account);

CREATE TABLE visit_chat (
    visit   TEXT COLLATE "C" NOT NULL,
    n       BIGINT NOT NULL,
    id      TEXT COLLATE "C" NOT NULL,            -- made by who wrote it
    account TEXT COLLATE "C" NOT NULL,
    name    TEXT NOT NULL,
    role    TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (visit, n)
);
CREATE UNIQUE INDEX visit_chat_id ON visit_chat (id);

-- What a clinician writes about a visit, until it is signed; then it stays as it
-- was signed, beside the Composition in the record.
CREATE TABLE visit_notes (
    visit          TEXT COLLATE "C" PRIMARY KEY,
    version        BIGINT NOT NULL,
    body           BYTEA NOT NULL,
    saved_at       BIGINT NOT NULL,
    saved_by       TEXT COLLATE "C" NOT NULL,
    signed_at      BIGINT NOT NULL DEFAULT 0,
    signed_by      TEXT NOT NULL DEFAULT '',          -- name
    signed_role    TEXT COLLATE "C" NOT NULL DEFAULT '',
    signed_account TEXT COLLATE "C" NOT NULL DEFAULT '',
    composition    TEXT COLLATE "C" NOT NULL DEFAULT '',
    document       TEXT COLLATE "C" NOT NULL DEFAULT ''
);

CREATE TABLE visit_addenda (
    visit TEXT COLLATE "C" NOT NULL,
    n     BIGINT NOT NULL,
    id    TEXT COLLATE "C" NOT NULL,              -- of the Composition
    at    BIGINT NOT NULL,
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
