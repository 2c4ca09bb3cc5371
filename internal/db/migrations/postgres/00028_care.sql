-- +goose Up

-- Memberships of care teams that were changed or replaced, as they were. The
-- running one, the one to come and the last one stand in care_team.
CREATE TABLE care_team_past (
    id         TEXT COLLATE "C" PRIMARY KEY,
    account    TEXT COLLATE "C" NOT NULL,
    patient_id TEXT COLLATE "C" NOT NULL,
    role       TEXT COLLATE "C" NOT NULL,
    start_at   BIGINT NOT NULL,
    end_at     BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX care_team_past_patient ON care_team_past (patient_id, start_at);

-- Each time that somebody opened a chart in an emergency, for the privacy officer.
CREATE TABLE glass_breaks (
    id          TEXT COLLATE "C" PRIMARY KEY,
    account     TEXT COLLATE "C" NOT NULL,
    name        TEXT NOT NULL,
    role        TEXT COLLATE "C" NOT NULL,
    patient_id  TEXT COLLATE "C" NOT NULL,
    reason      TEXT NOT NULL,
    start_at    BIGINT NOT NULL,
    end_at      BIGINT NOT NULL,
    state       SMALLINT NOT NULL,              -- 1 open, 2 justified, 3 unjustified
    note        TEXT NOT NULL DEFAULT '',
    reviewed_by TEXT COLLATE "C" NOT NULL DEFAULT '',      -- account
    reviewer    TEXT NOT NULL DEFAULT '',      -- name
    reviewed_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX glass_breaks_state ON glass_breaks (state, start_at, id);
CREATE INDEX glass_breaks_chart ON glass_breaks (patient_id, account, end_at);

-- What patients ask the clinic not to show or tell (45 CFR 164.522(a)).
CREATE TABLE restrictions (
    id         TEXT COLLATE "C" PRIMARY KEY,
    patient_id TEXT COLLATE "C" NOT NULL,
    towards    TEXT COLLATE "C" NOT NULL,                  -- member caregiver caregivers apps frontdesk insurer organization person
    account    TEXT COLLATE "C" NOT NULL DEFAULT '',       -- of a member or caregiver
    name       TEXT NOT NULL DEFAULT '',       -- of whom it is about, as the patient knows them
    categories BIGINT NOT NULL,               -- a bit each
    words      TEXT NOT NULL,
    state      SMALLINT NOT NULL,               -- 1 asked, 2 agreed, 3 declined, 4 withdrawn
    reason     TEXT NOT NULL DEFAULT '',       -- of the decision
    asked_by   TEXT COLLATE "C" NOT NULL,
    asked_at   BIGINT NOT NULL,
    decided_by TEXT COLLATE "C" NOT NULL DEFAULT '',
    decider    TEXT NOT NULL DEFAULT '',
    decided_at BIGINT NOT NULL DEFAULT 0,
    ended_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX restrictions_patient ON restrictions (patient_id, state, asked_at);
CREATE INDEX restrictions_state ON restrictions (state, asked_at, id);

-- +goose Down
DROP TABLE restrictions;
DROP TABLE glass_breaks;
DROP TABLE care_team_past;
