-- +goose Up

-- Memberships of care teams that were changed or replaced, as they were. The
-- running one, the one to come and the last one stand in care_team.
CREATE TABLE care_team_past (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL,
    patient_id TEXT NOT NULL,
    role       TEXT NOT NULL,
    start_at   INTEGER NOT NULL,
    end_at     INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX care_team_past_patient ON care_team_past (patient_id, start_at);

-- Each time that somebody opened a chart in an emergency, for the privacy officer.
CREATE TABLE glass_breaks (
    id          TEXT PRIMARY KEY,
    account     TEXT NOT NULL,
    name        TEXT NOT NULL,
    role        TEXT NOT NULL,
    patient_id  TEXT NOT NULL,
    reason      TEXT NOT NULL,
    start_at    INTEGER NOT NULL,
    end_at      INTEGER NOT NULL,
    state       INTEGER NOT NULL,              -- 1 open, 2 justified, 3 unjustified
    note        TEXT NOT NULL DEFAULT '',
    reviewed_by TEXT NOT NULL DEFAULT '',      -- account
    reviewer    TEXT NOT NULL DEFAULT '',      -- name
    reviewed_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX glass_breaks_state ON glass_breaks (state, start_at, id);
CREATE INDEX glass_breaks_chart ON glass_breaks (patient_id, account, end_at);

-- What patients ask the clinic not to show or tell (45 CFR 164.522(a)).
CREATE TABLE restrictions (
    id         TEXT PRIMARY KEY,
    patient_id TEXT NOT NULL,
    towards    TEXT NOT NULL,                  -- member caregiver caregivers apps frontdesk insurer organization person
    account    TEXT NOT NULL DEFAULT '',       -- of a member or caregiver
    name       TEXT NOT NULL DEFAULT '',       -- of whom it is about, as the patient knows them
    categories INTEGER NOT NULL,               -- a bit each
    words      TEXT NOT NULL,
    state      INTEGER NOT NULL,               -- 1 asked, 2 agreed, 3 declined, 4 withdrawn
    reason     TEXT NOT NULL DEFAULT '',       -- of the decision
    asked_by   TEXT NOT NULL,
    asked_at   INTEGER NOT NULL,
    decided_by TEXT NOT NULL DEFAULT '',
    decider    TEXT NOT NULL DEFAULT '',
    decided_at INTEGER NOT NULL DEFAULT 0,
    ended_at   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX restrictions_patient ON restrictions (patient_id, state, asked_at);
CREATE INDEX restrictions_state ON restrictions (state, asked_at, id);

-- +goose Down
DROP TABLE restrictions;
DROP TABLE glass_breaks;
DROP TABLE care_team_past;
