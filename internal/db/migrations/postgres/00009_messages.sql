-- +goose Up

-- Conversations between a patient's side and the clinic: what a list of them and
-- an inbox need. What was written is in the record, as Communication.
CREATE TABLE threads (
    patient_id   TEXT COLLATE "C" NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,      -- of its first message
    state        SMALLINT NOT NULL,              -- 1 open, 2 closed
    started_at   BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    last_n       BIGINT NOT NULL,                -- number of the last message, from 1
    waits_since  BIGINT NOT NULL,                -- first message that the clinic has not answered; 0: none
    place        BIGINT NOT NULL,                -- in an inbox: who waits longest, then what was last written
    claimed_by   TEXT COLLATE "C" NOT NULL DEFAULT '',
    claimed_name TEXT NOT NULL DEFAULT '',
    claimed_role TEXT COLLATE "C" NOT NULL DEFAULT '',
    claimed_at   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (patient_id, id)
);
CREATE INDEX threads_newest ON threads (patient_id, last_at, id);
CREATE INDEX threads_claimed ON threads (claimed_by) WHERE claimed_by <> '';

-- The order of a thread's messages, and who wrote them.
CREATE TABLE thread_messages (
    patient_id TEXT COLLATE "C" NOT NULL,
    thread     TEXT COLLATE "C" NOT NULL,
    n          BIGINT NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,        -- of the Communication
    at         BIGINT NOT NULL,
    account    TEXT COLLATE "C" NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT COLLATE "C" NOT NULL,
    relation   TEXT NOT NULL,                    -- of a proxy
    digest     BYTEA NOT NULL,                   -- of what was sent, to know it when it comes again
    PRIMARY KEY (patient_id, thread, n)
);
CREATE UNIQUE INDEX thread_messages_id ON thread_messages (id);
CREATE INDEX thread_messages_account ON thread_messages (account, at);

-- How far somebody has read, one row each time they read on.
CREATE TABLE thread_reads (
    patient_id TEXT COLLATE "C" NOT NULL,
    thread     TEXT COLLATE "C" NOT NULL,
    account    TEXT COLLATE "C" NOT NULL,
    upto       BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (patient_id, thread, account, upto)
);

-- What somebody has begun to write, theirs alone.
CREATE TABLE drafts (
    account    TEXT COLLATE "C" NOT NULL,
    patient_id TEXT COLLATE "C" NOT NULL,
    thread     TEXT COLLATE "C" NOT NULL,        -- or "new"
    body       BYTEA NOT NULL,
    saved_at   BIGINT NOT NULL,
    PRIMARY KEY (account, patient_id, thread)
);

-- +goose Down
DROP TABLE drafts;
DROP TABLE thread_reads;
DROP TABLE thread_messages;
DROP TABLE threads;
