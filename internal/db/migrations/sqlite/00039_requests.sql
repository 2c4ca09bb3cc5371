-- +goose Up

-- What patients and caregivers ask the clinic for: what a list of it needs. What was
-- asked and answered is in the record, as Task.
CREATE TABLE requests (
    id         TEXT PRIMARY KEY,               -- of the Task
    patient_id TEXT NOT NULL,
    kind       TEXT NOT NULL,                  -- refill renewal visit record form
    state      TEXT NOT NULL,                  -- status of the Task
    open       INTEGER NOT NULL,               -- 1: something is still to be done
    medicine   TEXT NOT NULL DEFAULT '',       -- the MedicationRequest that it is about
    asked_at   INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    steps      INTEGER NOT NULL,                 -- number of the last step, from 1
    account    TEXT NOT NULL,                  -- who asked
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    relation   TEXT NOT NULL,                   -- of a proxy
    digest     BLOB NOT NULL                   -- of what was asked, to know it when it comes again
);
CREATE UNIQUE INDEX requests_medicine ON requests (patient_id, medicine) WHERE open = 1 AND medicine <> '';
CREATE INDEX requests_chart ON requests (patient_id, asked_at, id);
CREATE INDEX requests_open ON requests (patient_id, asked_at, id) WHERE open = 1;
CREATE INDEX requests_account ON requests (account, asked_at);

-- How each came to where it is: who, when, to which state.
CREATE TABLE request_steps (
    id       TEXT PRIMARY KEY,                 -- made by who took it
    request  TEXT NOT NULL,
    n        INTEGER NOT NULL,
    state    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    account  TEXT NOT NULL,
    name     TEXT NOT NULL,
    role     TEXT NOT NULL,
    relation TEXT NOT NULL,
    digest   BLOB NOT NULL
);
CREATE UNIQUE INDEX request_steps_order ON request_steps (request, n);

-- +goose Down
DROP TABLE request_steps;
DROP TABLE requests;
