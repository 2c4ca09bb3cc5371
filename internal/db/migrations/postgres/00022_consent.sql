-- +goose Up

-- Who is asked, and what was said. consent: 0 not asked yet, 1 given, 2 refused.
-- scopes is what the app asked for, granted what it gets.
ALTER TABLE auth_requests ADD COLUMN granted TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE auth_requests ADD COLUMN consent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE auth_requests ADD COLUMN again BOOLEAN NOT NULL DEFAULT FALSE;             -- prompt=consent
ALTER TABLE auth_requests ADD COLUMN opened_at BIGINT NOT NULL DEFAULT 0;              -- its session was made, once
ALTER TABLE auth_requests ADD COLUMN patient TEXT COLLATE "C" NOT NULL DEFAULT '';     -- launch context
ALTER TABLE auth_requests ADD COLUMN encounter TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE auth_requests ADD COLUMN launched_by TEXT COLLATE "C" NOT NULL DEFAULT ''; -- account of an EHR launch
UPDATE auth_requests SET granted = scopes, consent = 1 WHERE client IN (SELECT id FROM oauth_clients WHERE first_party);
-- What others than Housecall itself asked for before there was a consent page is asked for anew.
UPDATE auth_requests SET expires_at = 0 WHERE consent = 0;

ALTER TABLE token_families ADD COLUMN patient TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE token_families ADD COLUMN encounter TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Where an app is started from a chart; '': it is not.

-- What somebody agreed to, so that they need not say it each time.
CREATE TABLE app_consents (
    account  TEXT COLLATE "C" NOT NULL,
    client   TEXT COLLATE "C" NOT NULL,
    patient  TEXT COLLATE "C" NOT NULL,         -- for whom; '' for staff
    asked    TEXT COLLATE "C" NOT NULL,         -- scopes, apart by a space
    ticked   TEXT COLLATE "C" NOT NULL,         -- lines of the consent page, apart by a space
    given_at BIGINT NOT NULL,
    PRIMARY KEY (account, client, patient)
);

-- Apps started from a chart, until the app comes back with it; each is taken once.
CREATE TABLE app_launches (
    hash       BYTEA PRIMARY KEY,
    account    TEXT COLLATE "C" NOT NULL,
    client     TEXT COLLATE "C" NOT NULL,
    patient    TEXT COLLATE "C" NOT NULL,
    encounter  TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX app_launches_expires ON app_launches (expires_at);

-- +goose Down
DROP TABLE app_launches;
DROP TABLE app_consents;
ALTER TABLE token_families DROP COLUMN encounter;
ALTER TABLE token_families DROP COLUMN patient;
ALTER TABLE auth_requests DROP COLUMN launched_by;
ALTER TABLE auth_requests DROP COLUMN encounter;
ALTER TABLE auth_requests DROP COLUMN patient;
ALTER TABLE auth_requests DROP COLUMN opened_at;
ALTER TABLE auth_requests DROP COLUMN again;
ALTER TABLE auth_requests DROP COLUMN consent;
ALTER TABLE auth_requests DROP COLUMN granted;
