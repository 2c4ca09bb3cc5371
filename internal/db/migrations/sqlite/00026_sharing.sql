-- +goose Up

-- What a grant rests on besides the patient's word: the paper, and who looked at
-- it when. given_end is the end that was asked for, before the age rules cut it;
-- 0: as long as they allow.
ALTER TABLE grants ADD COLUMN given_end INTEGER NOT NULL DEFAULT 0;
ALTER TABLE grants ADD COLUMN evidence TEXT NOT NULL DEFAULT '';
ALTER TABLE grants ADD COLUMN checked_by TEXT NOT NULL DEFAULT '';
ALTER TABLE grants ADD COLUMN checked_at INTEGER NOT NULL DEFAULT 0;
UPDATE grants SET given_end = end_at;

-- Invitations: what somebody will be given who has the link and accepts.
CREATE TABLE grant_offers (
    id          TEXT PRIMARY KEY,
    patient_id  TEXT NOT NULL,
    secret      BLOB NOT NULL,      -- SHA-256 of what the link holds
    name        TEXT NOT NULL,      -- of the person who is meant
    relation    TEXT NOT NULL,
    see         INTEGER NOT NULL,
    can         INTEGER NOT NULL,
    sensitive   BOOLEAN NOT NULL,
    appointment TEXT NOT NULL,      -- '': a grant; else access for this visit alone
    start_at    INTEGER NOT NULL,   -- 0: when it is accepted
    end_at      INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,   -- of the link
    state       INTEGER NOT NULL,   -- 1 waits, 2 accepted, 3 withdrawn
    grant_id    TEXT NOT NULL DEFAULT '',
    created_by  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    changed_by  TEXT NOT NULL,
    changed_at  INTEGER NOT NULL
);
CREATE UNIQUE INDEX grant_offers_secret ON grant_offers (secret);
CREATE INDEX grant_offers_patient ON grant_offers (patient_id, created_at);

-- Access that lives and dies with one visit.
CREATE TABLE visit_grants (
    id          TEXT PRIMARY KEY,
    patient_id  TEXT NOT NULL,
    account     TEXT NOT NULL,
    appointment TEXT NOT NULL,
    name        TEXT NOT NULL,
    relation    TEXT NOT NULL,
    see         INTEGER NOT NULL,
    can         INTEGER NOT NULL,
    start_at    INTEGER NOT NULL,
    end_at      INTEGER NOT NULL,   -- at the latest
    state       INTEGER NOT NULL,   -- as of grants
    version     INTEGER NOT NULL,
    created_by  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    changed_by  TEXT NOT NULL,
    changed_at  INTEGER NOT NULL
);
CREATE UNIQUE INDEX visit_grants_running ON visit_grants (account, patient_id, appointment) WHERE state = 1;
CREATE INDEX visit_grants_appointment ON visit_grants (patient_id, appointment);

-- Court papers by which somebody must not get into a chart, whatever was granted.
CREATE TABLE access_blocks (
    id          TEXT PRIMARY KEY,
    patient_id  TEXT NOT NULL,
    account     TEXT NOT NULL,
    name        TEXT NOT NULL,      -- of the account, when it was written down
    reason      TEXT NOT NULL,
    evidence    TEXT NOT NULL,      -- the paper: court, number, date
    start_at    INTEGER NOT NULL,
    end_at      INTEGER NOT NULL,   -- 0: until it is lifted
    lifted_by   TEXT NOT NULL DEFAULT '',
    lifted_at   INTEGER NOT NULL DEFAULT 0,
    lift_reason TEXT NOT NULL DEFAULT '',
    created_by  TEXT NOT NULL,
    created_at  INTEGER NOT NULL
);
CREATE INDEX access_blocks_account ON access_blocks (account) WHERE lifted_at = 0;
CREATE INDEX access_blocks_patient ON access_blocks (patient_id);

-- Caregivers who ask the clinic for access, because the patient cannot invite them.
CREATE TABLE access_requests (
    id           TEXT PRIMARY KEY,
    account      TEXT NOT NULL,
    name         TEXT NOT NULL,
    patient_name TEXT NOT NULL,     -- as the caregiver wrote it
    birth_date   TEXT NOT NULL,
    relation     TEXT NOT NULL,
    basis        TEXT NOT NULL,
    note         TEXT NOT NULL,
    blob         TEXT NOT NULL,     -- the evidence: name of the blob; '': not sent yet
    key          BLOB NOT NULL,
    size         INTEGER NOT NULL,
    sha256       BLOB NOT NULL,
    content_type TEXT NOT NULL,
    title        TEXT NOT NULL,
    state        INTEGER NOT NULL,  -- 1 waits, 2 approved, 3 refused, 4 withdrawn
    patient_id   TEXT NOT NULL DEFAULT '',
    grant_id     TEXT NOT NULL DEFAULT '',
    answer       TEXT NOT NULL DEFAULT '',
    created_at   INTEGER NOT NULL,
    done_by      TEXT NOT NULL DEFAULT '',
    done_at      INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX access_requests_account ON access_requests (account, created_at);
CREATE INDEX access_requests_open ON access_requests (created_at, id) WHERE state = 1;

-- +goose Down
DROP TABLE access_requests;
DROP TABLE access_blocks;
DROP TABLE visit_grants;
DROP TABLE grant_offers;
ALTER TABLE grants DROP COLUMN checked_at;
ALTER TABLE grants DROP COLUMN checked_by;
ALTER TABLE grants DROP COLUMN evidence;
ALTER TABLE grants DROP COLUMN given_end;
