-- +goose Up

-- Pools: who at the clinic answers together, what about, when, and how soon.
CREATE TABLE pools (
    id           TEXT PRIMARY KEY,
    organization TEXT NOT NULL DEFAULT '',   -- of its clinic; empty: the whole installation
    name         TEXT NOT NULL,
    standard     BOOLEAN NOT NULL DEFAULT FALSE,          -- joined to the clinic's patients when they register
    active       BOOLEAN NOT NULL DEFAULT TRUE,
    rules        TEXT NOT NULL DEFAULT '{}',              -- topics, languages, priorities, hours, promises: JSON
    escalation   TEXT NOT NULL DEFAULT '',
    version      INTEGER NOT NULL DEFAULT 1,
    changed_by   TEXT NOT NULL DEFAULT '',
    changed_at   INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX pools_standard ON pools (organization) WHERE standard;
INSERT INTO pools (id, name, standard) VALUES ('00000000-0000-7000-8000-000000000001', 'Care team', TRUE);

CREATE TABLE pool_members (
    pool       TEXT NOT NULL,
    account    TEXT NOT NULL,
    role       TEXT NOT NULL,
    start_at   INTEGER NOT NULL,
    end_at     INTEGER NOT NULL,                 -- 0: until they leave
    version    INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (pool, account)
);
CREATE INDEX pool_members_account ON pool_members (account);

-- Pools that are joined to the care team of a chart.
CREATE TABLE pool_charts (
    patient_id TEXT NOT NULL,
    pool       TEXT NOT NULL,
    start_at   INTEGER NOT NULL,
    end_at     INTEGER NOT NULL,                 -- 0: until it is parted
    version    INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (patient_id, pool)
);
CREATE INDEX pool_charts_pool ON pool_charts (pool, patient_id);
CREATE INDEX pool_charts_end ON pool_charts (end_at) WHERE end_at > 0;
CREATE INDEX restrictions_account ON restrictions (account) WHERE account <> '';
INSERT INTO pool_charts (patient_id, pool, start_at, end_at, version, created_by, created_at)
    SELECT patient_id, '00000000-0000-7000-8000-000000000001', created_at, 0, 1, '', created_at FROM charts;

-- What was changed about pools, their members and who stands in for whom.
CREATE TABLE pool_changes (
    id         TEXT PRIMARY KEY,
    pool       TEXT NOT NULL,
    at         INTEGER NOT NULL,
    account    TEXT NOT NULL,       -- who did it
    what       TEXT NOT NULL,
    whom       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX pool_changes_pool ON pool_changes (pool, at);

-- Who stands in for somebody who is out: a person or a pool.
CREATE TABLE coverage (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL,
    start_at   INTEGER NOT NULL,
    end_at     INTEGER NOT NULL,
    by_account TEXT NOT NULL DEFAULT '',
    by_pool    TEXT NOT NULL DEFAULT '',
    moved      BOOLEAN NOT NULL DEFAULT FALSE,  -- what lay with them was handed over
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX coverage_account ON coverage (account, end_at);
CREATE INDEX coverage_due ON coverage (start_at) WHERE NOT moved;

CREATE TABLE escalations (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    rules      TEXT NOT NULL,                   -- JSON
    version    INTEGER NOT NULL DEFAULT 1,
    changed_by TEXT NOT NULL DEFAULT '',
    changed_at INTEGER NOT NULL DEFAULT 0
);

-- Works that one node at a time does.
CREATE TABLE leases (
    name   TEXT PRIMARY KEY,
    holder TEXT NOT NULL DEFAULT '',
    until  INTEGER NOT NULL DEFAULT 0
);
INSERT INTO leases (name) VALUES ('inbox');

-- A thread is owned by who claimed it, else by its pool, to which it falls back.
ALTER TABLE threads ADD COLUMN pool TEXT NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001';
ALTER TABLE threads ADD COLUMN topic TEXT NOT NULL DEFAULT 'other';
ALTER TABLE threads ADD COLUMN priority INTEGER NOT NULL DEFAULT 1;            -- 1 routine, 2 soon, 3 urgent
ALTER TABLE threads ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;                -- of waits_since
ALTER TABLE threads ADD COLUMN escalation TEXT NOT NULL DEFAULT ''; -- that runs
ALTER TABLE threads ADD COLUMN rung INTEGER NOT NULL DEFAULT 0;                -- its steps that are done
ALTER TABLE threads ADD COLUMN ring_at INTEGER NOT NULL DEFAULT 0;               -- when its next one is due; 0: none
UPDATE threads SET topic = COALESCE((SELECT json_extract(CAST(r.body AS TEXT), '$.topic.coding[0].code') FROM resources r
    WHERE r.patient_id = threads.patient_id AND r.type = 'Communication' AND r.id = threads.id AND NOT r.deleted), 'other');
UPDATE threads SET due_at = waits_since + 172800000000, place = 36028797018963968 + waits_since + 172800000000 WHERE state = 1 AND waits_since > 0;
DROP INDEX threads_claimed;
CREATE INDEX threads_pool ON threads (pool, state, place, id);
CREATE INDEX threads_mine ON threads (claimed_by, state, place, id) WHERE claimed_by <> '';
CREATE INDEX threads_unclaimed ON threads (pool, place, id) WHERE state = 1 AND claimed_by = '' AND waits_since > 0;
CREATE INDEX threads_ring ON threads (ring_at) WHERE ring_at > 0;

-- What became of a thread and why: each routing, claim, hand-over and escalation.
CREATE TABLE thread_steps (
    patient_id TEXT NOT NULL,
    thread     TEXT NOT NULL,
    id         TEXT NOT NULL,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    account    TEXT NOT NULL DEFAULT '',      -- who did it; empty: a rule
    name       TEXT NOT NULL DEFAULT '',
    to_pool    TEXT NOT NULL DEFAULT '',
    to_account TEXT NOT NULL DEFAULT '',
    to_name    TEXT NOT NULL DEFAULT '',
    reason     TEXT NOT NULL DEFAULT '',      -- machine word
    note       TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (patient_id, thread, id)
);

-- How long patients waited for each answer, in minutes that the pool was open.
CREATE TABLE thread_answers (
    patient_id TEXT NOT NULL,
    thread     TEXT NOT NULL,
    n          INTEGER NOT NULL,                 -- of the answer
    pool       TEXT NOT NULL,
    topic      TEXT NOT NULL,
    account    TEXT NOT NULL,       -- who answered
    at         INTEGER NOT NULL,
    minutes    INTEGER NOT NULL,
    PRIMARY KEY (patient_id, thread, n)
);
CREATE INDEX thread_answers_pool ON thread_answers (pool, topic, at);
CREATE INDEX thread_answers_account ON thread_answers (account, at);

-- +goose Down
DROP TABLE thread_answers;
DROP TABLE thread_steps;
DROP INDEX threads_ring;
DROP INDEX threads_unclaimed;
DROP INDEX threads_mine;
DROP INDEX threads_pool;
CREATE INDEX threads_claimed ON threads (claimed_by) WHERE claimed_by <> '';
ALTER TABLE threads DROP COLUMN ring_at;
ALTER TABLE threads DROP COLUMN rung;
ALTER TABLE threads DROP COLUMN escalation;
ALTER TABLE threads DROP COLUMN due_at;
ALTER TABLE threads DROP COLUMN priority;
ALTER TABLE threads DROP COLUMN topic;
ALTER TABLE threads DROP COLUMN pool;
DROP TABLE leases;
DROP INDEX restrictions_account;
DROP TABLE escalations;
DROP TABLE coverage;
DROP TABLE pool_changes;
DROP TABLE pool_charts;
DROP TABLE pool_members;
DROP TABLE pools;
