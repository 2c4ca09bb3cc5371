-- +goose Up

-- When somebody last proved that they read the mail of their address; 0: never.
ALTER TABLE accounts ADD COLUMN verified_at INTEGER NOT NULL DEFAULT 0;

-- People asked to make an account. Who they are is written down here; the link
-- that lets them in is in links, with the invitation as its subject.
CREATE TABLE invitations (
    id           TEXT PRIMARY KEY,
    patient      TEXT NOT NULL,      -- chart that becomes their own; ''
    about        TEXT NOT NULL,      -- chart because of which they are invited; ''
    name         TEXT NOT NULL,
    email        TEXT NOT NULL,
    kind         INTEGER NOT NULL,
    roles        TEXT NOT NULL,
    practitioner TEXT NOT NULL,
    locale       TEXT NOT NULL,
    birth        TEXT NOT NULL,      -- keyed hash of the date of birth; '': not asked
    created_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    account      TEXT NOT NULL,      -- what came of it
    accepted_at  INTEGER NOT NULL,
    withdrawn_at INTEGER NOT NULL
);
CREATE INDEX invitations_about ON invitations (about, id);
CREATE INDEX invitations_patient ON invitations (patient, id);

-- One-time links to one person. A link that is mailed gets its secret, and so its
-- hash, when the mail is written: it is kept nowhere.
CREATE TABLE links (
    id         TEXT PRIMARY KEY,
    hash       BLOB,                            -- NULL: not sent yet
    purpose    TEXT NOT NULL,        -- invitation, recovery, address, password, page, told
    subject    TEXT NOT NULL,        -- invitation, account or patient; '': nobody's
    email      TEXT NOT NULL,        -- where it is mailed; '': handed over
    locale     TEXT NOT NULL,
    detail     TEXT NOT NULL,
    birth      TEXT NOT NULL,        -- keyed hash of the date of birth; '': not asked
    tries      INTEGER NOT NULL,     -- wrong dates of birth
    browser    BLOB,                 -- hash of the cookie of the browser that gave the right one
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    starts_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL      -- used, or ended before
);
CREATE UNIQUE INDEX links_hash ON links (hash);
CREATE UNIQUE INDEX links_browser ON links (browser, purpose) WHERE purpose = 'page';
CREATE INDEX links_subject ON links (subject, purpose, created_at);
CREATE INDEX links_expires ON links (expires_at);

-- One-time codes for who lost their second factor.
CREATE TABLE recovery_codes (
    account    TEXT NOT NULL REFERENCES accounts (id),
    hash       BLOB NOT NULL,        -- keyed
    created_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    PRIMARY KEY (account, hash)
);

-- Passwords that an account had before, so that they are not taken again.
CREATE TABLE old_passwords (
    account TEXT NOT NULL REFERENCES accounts (id),
    hash    TEXT NOT NULL,           -- argon2id
    until   INTEGER NOT NULL,
    PRIMARY KEY (account, hash)
);

-- Browsers in which somebody signed in, for which others' guessing counts nothing.
CREATE TABLE known_devices (
    device  BLOB NOT NULL,           -- hash of the device's cookie
    account TEXT NOT NULL REFERENCES accounts (id),
    last_at INTEGER NOT NULL,
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
