-- +goose Up

-- What somebody sent that is not delivered yet: for some seconds, in which they can
-- take it back, or until the time that they chose. It is theirs alone, and no part of
-- the record before it is delivered.
CREATE TABLE held_messages (
    id         TEXT NOT NULL,      -- of the Communication that it becomes
    patient_id TEXT NOT NULL,
    account    TEXT NOT NULL,
    thread     TEXT NOT NULL,         -- '': begins one
    client     TEXT NOT NULL,         -- as what it was sent: the app, and its scopes
    scopes     TEXT NOT NULL,         -- JSON
    body       BLOB NOT NULL,
    digest     BLOB NOT NULL,         -- of what was sent, to know it when it comes again
    state      INTEGER NOT NULL,      -- 1 waits, 2 taken back, 3 could not be delivered
    scheduled  BOOLEAN NOT NULL,
    due_at     INTEGER NOT NULL,
    next_at    INTEGER NOT NULL,      -- when it is tried, after tries that failed
    tries      INTEGER NOT NULL DEFAULT 0,
    version    INTEGER NOT NULL,
    why        TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE INDEX held_messages_due ON held_messages (due_at) WHERE state = 1;
CREATE INDEX held_messages_account ON held_messages (account, patient_id, state);

-- What the clinic's staff note among themselves about a thread. It is no message:
-- no Communication, nothing of the chart, and in no list that the patient's side reads.
CREATE TABLE staff_notes (
    patient_id TEXT NOT NULL,
    thread     TEXT NOT NULL,
    n          INTEGER NOT NULL,
    id         TEXT NOT NULL,
    at         INTEGER NOT NULL,
    account    TEXT NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (patient_id, thread, n)
);
CREATE UNIQUE INDEX staff_notes_id ON staff_notes (id);

-- Which message another one of the same writer corrects; '': none.
ALTER TABLE thread_messages ADD COLUMN corrects TEXT NOT NULL DEFAULT '';

-- A search reads the messages of a chart from the newest on.
CREATE INDEX thread_messages_newest ON thread_messages (patient_id, at, id);

-- +goose Down
DROP INDEX thread_messages_newest;
ALTER TABLE thread_messages DROP COLUMN corrects;
DROP TABLE staff_notes;
DROP TABLE held_messages;
