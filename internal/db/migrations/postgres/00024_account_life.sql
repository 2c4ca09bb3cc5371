-- +goose Up

-- When somebody last proved that they read the mail of their address; 0: never.
ALTER TABLE accounts ADD COLUMN verified_at BIGINT NOT NULL DEFAULT 0;

-- People asked to make an account. Who they are is written down here; the link
-- that lets them in is in links, with the invitation as its subject.
CREATE TABLE invitations (
    id           TEXT COLLATE "C" PRIMARY KEY,
    patient      TEXT COLLATE "C" NOT NULL,      -- chart that becomes their own; ''
    about        TEXT COLLATE "C" NOT NULL,      -- chart because of which they are invited; ''
    name         TEXT NOT NULL,
    email        TEXT COLLATE "C" NOT NULL,
    kind         SMALLINT NOT NULL,
    roles        TEXT COLLATE "C" NOT NULL,
    practitioner TEXT COLLATE "C" NOT NULL,
    locale       TEXT COLLATE "C" NOT NULL,
    birth        TEXT COLLATE "C" NOT NULL,      -- keyed hash of the date of birth; '': not asked
    created_by   TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    account      TEXT COLLATE "C" NOT NULL,      -- what came of it
    accepted_at  BIGINT NOT NULL,
    withdrawn_at BIGINT NOT NULL
);
CREATE INDEX invitations_about ON invitations (about, id);
CREATE INDEX invitations_patient ON invitations (patient, id);

-- One-time links to one person. A link that is mailed gets its secret, and so its
-- hash, when the mail is written: it is kept nowhere.
CREATE TABLE links (
    id         TEXT COLLATE "C" PRIMARY KEY,
    hash       BYTEA,                            -- NULL: not sent yet
    purpose    TEXT COLLATE "C" NOT NULL,        -- invitation, recovery, address, password, page, told
    subject    TEXT COLLATE "C" NOT NULL,        -- invitation, account or patient; '': nobody's
    email      TEXT COLLATE "C" NOT NULL,        -- where it is mailed; '': handed over
    locale     TEXT COLLATE "C" NOT NULL,
    detail     TEXT COLLATE "C" NOT NULL,
    birth      TEXT COLLATE "C" NOT NULL,        -- keyed hash of the date of birth; '': not asked
    tries      BIGINT NOT NULL,     -- wrong dates of birth
    browser    BYTEA,                 -- hash of the cookie of the browser that gave the right one
    created_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    starts_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL      -- used, or ended before
);
CREATE UNIQUE INDEX links_hash ON links (hash);
CREATE UNIQUE INDEX links_browser ON links (browser, purpose) WHERE purpose = 'page';
CREATE INDEX links_subject ON links (subject, purpose, created_at);
CREATE INDEX links_expires ON links (expires_at);

-- One-time codes for who lost their second factor.
CREATE TABLE recovery_codes (
    account    TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    hash       BYTEA NOT NULL,        -- keyed
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    PRIMARY KEY (account, hash)
);

-- Passwords that an account had before, so that they are not taken again.
CREATE TABLE old_passwords (
    account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    hash    TEXT COLLATE "C" NOT NULL,           -- argon2id
    until   BIGINT NOT NULL,
    PRIMARY KEY (account, hash)
);

-- Browsers in which somebody signed in, for which others' guessing counts nothing.
CREATE TABLE known_devices (
    device  BYTEA NOT NULL,           -- hash of the device's cookie
    account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    last_at BIGINT NOT NULL,
    PRIMARY KEY (device, account)
);
CREATE INDEX known_devices_account ON known_devices (account, last_at);
CREATE INDEX known_devices_last ON known_devices (last_at);

-- +goose Down
DROP TABLE known_devices;
DROP TABLE old_passwords;
DROP TABLE recovery_codes;
DROP TABLE links;
DROP TABLE invitations;
ALTER TABLE accounts DROP COLUMN verified_at;
