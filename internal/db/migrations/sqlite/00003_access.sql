-- +goose Up

-- Who may act for whom. A grant always ends; age rules move its bounds.
CREATE TABLE grants (
    id           TEXT PRIMARY KEY,
    patient_id   TEXT NOT NULL,
    account      TEXT NOT NULL,
    name         TEXT NOT NULL,             -- of the caregiver, when it was given
    relation     TEXT NOT NULL,
    basis        TEXT NOT NULL,
    see          INTEGER NOT NULL,           -- categories, a bit each
    can          INTEGER NOT NULL,           -- powers, a bit each
    sensitive    BOOLEAN NOT NULL,
    birth_date   TEXT NOT NULL, -- of the patient, for a parent's grant
    jurisdiction TEXT NOT NULL,
    zone         TEXT NOT NULL,
    start_at     INTEGER NOT NULL,
    narrow_at    INTEGER NOT NULL,           -- from then on less is seen; 0: never
    end_at       INTEGER NOT NULL,
    state        INTEGER NOT NULL,         -- 1 active, 2 ended, 3 revoked
    version      INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    changed_by   TEXT NOT NULL,
    changed_at   INTEGER NOT NULL
);
CREATE UNIQUE INDEX grants_running ON grants (account, patient_id) WHERE state = 1;
CREATE INDEX grants_patient ON grants (patient_id, state);

-- Which staff care for which patient.
CREATE TABLE care_team (
    account    TEXT NOT NULL,
    patient_id TEXT NOT NULL,
    role       TEXT NOT NULL,
    start_at   INTEGER NOT NULL,
    end_at     INTEGER NOT NULL,             -- 0: until they leave
    version    INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account, patient_id)
);
CREATE INDEX care_team_patient ON care_team (patient_id, account);

-- Charts opened in an emergency, each for a short time.
CREATE TABLE emergency_access (
    account    TEXT NOT NULL,
    patient_id TEXT NOT NULL,
    role       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    start_at   INTEGER NOT NULL,
    end_at     INTEGER NOT NULL,
    PRIMARY KEY (account, patient_id)
);

-- Writers of audit rows. A transaction takes one that nobody holds and keeps its
-- lock to the end: the numbers of a writer have no gaps and commit in order.
CREATE TABLE audit_writers (
    writer     INTEGER PRIMARY KEY,
    next       INTEGER NOT NULL,             -- number of the next row
    node       TEXT NOT NULL,   -- that made it
    created_at INTEGER NOT NULL
);

-- One row a decision, append-only. The body is JSON: who, as what, what, why.
CREATE TABLE audit (
    writer     INTEGER NOT NULL,
    counter    INTEGER NOT NULL,
    patient_id TEXT NOT NULL,
    account    TEXT NOT NULL,
    at         INTEGER NOT NULL,
    body       BLOB NOT NULL,
    mac        BLOB NOT NULL,
    PRIMARY KEY (writer, counter)
);
CREATE INDEX audit_patient ON audit (patient_id, at, writer, counter);

-- +goose Down
DROP TABLE audit;
DROP TABLE audit_writers;
DROP TABLE emergency_access;
DROP TABLE care_team;
DROP TABLE grants;
