-- +goose Up

-- What patients and caregivers ask the clinic for: what a list of it needs. What was
-- asked and answered is in the record, as Task.
CREATE TABLE requests (
    id         TEXT COLLATE "C" PRIMARY KEY,               -- of the Task
    patient_id TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,                  -- refill renewal visit record form
    state      TEXT COLLATE "C" NOT NULL,                  -- status of the Task
    open       SMALLINT NOT NULL,               -- 1: something is still to be done
    medicine   TEXT COLLATE "C" NOT NULL DEFAULT '',       -- the MedicationRequest that it is about
    asked_at   BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    steps      BIGINT NOT NULL,                 -- number of the last step, from 1
    account    TEXT COLLATE "C" NOT NULL,                  -- who asked
    name       TEXT NOT NULL,
    role       TEXT COLLATE "C" NOT NULL,
    relation   TEXT NOT NULL,                   -- of a proxy
    digest     BYTEA NOT NULL                   -- of what was asked, to know it when it comes again
);
CREATE UNIQUE INDEX requests_medicine ON requests (patient_id, medicine) WHERE open = 1 AND medicine <> '';
CREATE INDEX requests_chart ON requests (patient_id, asked_at, id);
CREATE INDEX requests_open ON requests (patient_id, asked_at, id) WHERE open = 1;
CREATE INDEX requests_account ON requests (account, asked_at);

-- How each came to where it is: who, when, to which state.
CREATE TABLE request_steps (
    id       TEXT COLLATE "C" PRIMARY KEY,                 -- made by who took it
    request  TEXT COLLATE "C" NOT NULL,
    n        BIGINT NOT NULL,
    state    TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    account  TEXT COLLATE "C" NOT NULL,
    name     TEXT NOT NULL,
    role     TEXT COLLATE "C" NOT NULL,
    relation TEXT NOT NULL,
    digest   BYTEA NOT NULL
);
CREATE UNIQUE INDEX request_steps_order ON request_steps (request, n);

-- +goose Down
DROP TABLE request_steps;
DROP TABLE requests;
