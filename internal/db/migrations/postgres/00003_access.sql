-- +goose Up

-- Who may act for whom. A grant always ends; age rules move its bounds.
CREATE TABLE grants (
    id           TEXT COLLATE "C" PRIMARY KEY,
    patient_id   TEXT COLLATE "C" NOT NULL,
    account      TEXT COLLATE "C" NOT NULL,
    name         TEXT NOT NULL,             -- of the caregiver, when it was given
    relation     TEXT NOT NULL,
    basis        TEXT COLLATE "C" NOT NULL,
    see          BIGINT NOT NULL,           -- categories, a bit each
    can          BIGINT NOT NULL,           -- powers, a bit each
    sensitive    BOOLEAN NOT NULL,
    birth_date   TEXT COLLATE "C" NOT NULL, -- of the patient, for a parent's grant
    jurisdiction TEXT COLLATE "C" NOT NULL,
    zone         TEXT COLLATE "C" NOT NULL,
    start_at     BIGINT NOT NULL,
    narrow_at    BIGINT NOT NULL,           -- from then on less is seen; 0: never
    end_at       BIGINT NOT NULL,
    state        SMALLINT NOT NULL,         -- 1 active, 2 ended, 3 revoked
    version      BIGINT NOT NULL,
    created_by   TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    changed_by   TEXT COLLATE "C" NOT NULL,
    changed_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX grants_running ON grants (account, patient_id) WHERE state = 1;
CREATE INDEX grants_patient ON grants (patient_id, state);

-- Which staff care for which patient.
CREATE TABLE care_team (
    account    TEXT COLLATE "C" NOT NULL,
    patient_id TEXT COLLATE "C" NOT NULL,
    role       TEXT COLLATE "C" NOT NULL,
    start_at   BIGINT NOT NULL,
    end_at     BIGINT NOT NULL,             -- 0: until they leave
    version    BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account, patient_id)
);
CREATE INDEX care_team_patient ON care_team (patient_id, account);

-- Charts opened in an emergency, each for a short time.
CREATE TABLE emergency_access (
    account    TEXT COLLATE "C" NOT NULL,
    patient_id TEXT COLLATE "C" NOT NULL,
    role       TEXT COLLATE "C" NOT NULL,
    reason     TEXT NOT NULL,
    start_at   BIGINT NOT NULL,
    end_at     BIGINT NOT NULL,
    PRIMARY KEY (account, patient_id)
);

-- Writers of audit rows. A transaction takes one that nobody holds and keeps its
-- lock to the end: the numbers of a writer have no gaps and commit in order.
CREATE TABLE audit_writers (
    writer     BIGINT PRIMARY KEY,
    next       BIGINT NOT NULL,             -- number of the next row
    node       TEXT COLLATE "C" NOT NULL,   -- that made it
    created_at BIGINT NOT NULL
) WITH (fillfactor = 50);

-- One row a decision, append-only. The body is JSON: who, as what, what, why.
CREATE TABLE audit (
    writer     BIGINT NOT NULL,
    counter    BIGINT NOT NULL,
    patient_id TEXT COLLATE "C" NOT NULL,
    account    TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    body       BYTEA NOT NULL,
    mac        BYTEA NOT NULL,
    PRIMARY KEY (writer, counter)
);
CREATE INDEX audit_patient ON audit (patient_id, at, writer, counter);

-- The log: each sealed row's place in it and in the chain of its chart.
CREATE TABLE audit_seals (
    seq     BIGINT NOT NULL UNIQUE,         -- leaf of the Merkle log, from 0
    writer  BIGINT NOT NULL,
    counter BIGINT NOT NULL,
    n       BIGINT NOT NULL,                -- place in the chart's chain, from 1
    prev    BYTEA NOT NULL,                 -- the link before it in that chain
    hash    BYTEA NOT NULL,
    PRIMARY KEY (writer, counter)
);

-- How far each writer's rows are sealed.
CREATE TABLE audit_marks (
    writer BIGINT PRIMARY KEY,
    upto   BIGINT NOT NULL
);

-- The last link of each chart's chain.
CREATE TABLE audit_charts (
    patient_id TEXT COLLATE "C" PRIMARY KEY,
    n          BIGINT NOT NULL,
    hash       BYTEA NOT NULL
);

-- Nodes of the Merkle log, 256 a row: every eighth level of the tree.
CREATE TABLE audit_tiles (
    level  SMALLINT NOT NULL,
    idx    BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (level, idx)
);

-- Who seals, how long the log is, and the last signed checkpoint.
CREATE TABLE audit_state (
    id         SMALLINT PRIMARY KEY,
    holder     TEXT COLLATE "C" NOT NULL,
    fence      BIGINT NOT NULL,
    until      BIGINT NOT NULL,
    checked_at BIGINT NOT NULL,
    size       BIGINT NOT NULL,
    root       BYTEA NOT NULL,
    checkpoint TEXT NOT NULL
);
INSERT INTO audit_state VALUES (1, '', 0, 0, 0, 0, '\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '');

-- What the sealer found wrong.
CREATE TABLE audit_faults (
    writer  BIGINT NOT NULL,
    counter BIGINT NOT NULL,
    upto    BIGINT NOT NULL,
    kind    TEXT COLLATE "C" NOT NULL,      -- gap, code, clash
    at      BIGINT NOT NULL,
    PRIMARY KEY (writer, counter, kind)
);

-- +goose Down
DROP TABLE audit_faults;
DROP TABLE audit_state;
DROP TABLE audit_tiles;
DROP TABLE audit_charts;
DROP TABLE audit_marks;
DROP TABLE audit_seals;
DROP TABLE audit;
DROP TABLE audit_writers;
DROP TABLE emergency_access;
DROP TABLE care_team;
DROP TABLE grants;
