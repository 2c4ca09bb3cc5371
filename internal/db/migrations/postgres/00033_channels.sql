-- +goose Up

-- What somebody is told outside the app goes by several channels, one after the
-- other, until they have seen it. telling is what mail was, for all of them.
ALTER TABLE notices RENAME COLUMN mail TO telling;
ALTER TABLE notices RENAME COLUMN mail_at TO telling_at;
ALTER TABLE notices ADD COLUMN step SMALLINT NOT NULL DEFAULT 0; -- channels that were tried

-- What became of a notice by one network at one place. No word of it is in here.
CREATE TABLE notice_deliveries (
    account    TEXT COLLATE "C" NOT NULL,
    notice     TEXT COLLATE "C" NOT NULL,
    network    TEXT COLLATE "C" NOT NULL,
    endpoint   TEXT COLLATE "C" NOT NULL,   -- id of a browser or a phone; empty where there is one only
    kind       TEXT COLLATE "C" NOT NULL,
    state      SMALLINT NOT NULL,
    attempts   BIGINT NOT NULL,
    class      TEXT COLLATE "C" NOT NULL,   -- of the last failure
    code       BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (account, notice, network, endpoint)
);
CREATE INDEX notice_deliveries_changed ON notice_deliveries (changed_at);
CREATE INDEX notice_deliveries_gathered ON notice_deliveries (account) WHERE state = 8;

-- What was handed to a mail server and not answered when this was brought up to date.
INSERT INTO notice_deliveries (account, notice, network, endpoint, kind, state, attempts, class, code, at, changed_at)
SELECT account, id, 'mail', '', kind, 2, 1, '', 0, telling_at, telling_at FROM notices WHERE telling = 2;
UPDATE notices SET step = 1 WHERE telling = 2;

-- Browsers that may be told by Web Push.
CREATE TABLE notice_browsers (
    id           TEXT COLLATE "C" PRIMARY KEY,   -- hash of the endpoint
    account      TEXT COLLATE "C" NOT NULL,
    session      TEXT COLLATE "C" NOT NULL,      -- ended by hand, it ends this too
    subscription BYTEA NOT NULL,          -- sealed
    created_at   BIGINT NOT NULL,
    last_at      BIGINT NOT NULL
);
CREATE INDEX notice_browsers_account ON notice_browsers (account, last_at);

-- Telephone numbers for SMS; only what was confirmed by a code is used.
CREATE TABLE notice_numbers (
    account      TEXT COLLATE "C" PRIMARY KEY,
    number       BYTEA NOT NULL,          -- sealed
    code         BYTEA NOT NULL,          -- hash of the code that was sent
    code_at      BIGINT NOT NULL,
    tries        BIGINT NOT NULL,
    sends        BIGINT NOT NULL,       -- codes within a day of day_at
    day_at       BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    failing_at   BIGINT NOT NULL
);

-- Mail addresses that servers said do not exist.
CREATE TABLE notice_failing (
    account TEXT COLLATE "C" PRIMARY KEY,
    address BYTEA NOT NULL,               -- hash: another address starts anew
    class   TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL
);

-- Where somebody chose otherwise than the defaults. Patient '': for everybody.
CREATE TABLE notice_choices (
    account TEXT COLLATE "C" NOT NULL,
    patient TEXT COLLATE "C" NOT NULL,
    kind    TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    chosen  BOOLEAN NOT NULL,
    PRIMARY KEY (account, patient, kind, channel)
);
INSERT INTO notice_choices (account, patient, kind, channel, chosen) SELECT account, '', 'message', 'mail', FALSE FROM notice_preferences WHERE ' ' || silent || ' ' LIKE '% message %';
INSERT INTO notice_choices (account, patient, kind, channel, chosen) SELECT account, '', 'appointment', 'mail', FALSE FROM notice_preferences WHERE ' ' || silent || ' ' LIKE '% appointment %';
INSERT INTO notice_choices (account, patient, kind, channel, chosen) SELECT account, '', 'visit', 'mail', FALSE FROM notice_preferences WHERE ' ' || silent || ' ' LIKE '% visit %';
INSERT INTO notice_choices (account, patient, kind, channel, chosen) SELECT account, '', 'note', 'mail', FALSE FROM notice_preferences WHERE ' ' || silent || ' ' LIKE '% note %';
INSERT INTO notice_choices (account, patient, kind, channel, chosen) SELECT account, '', 'sharing', 'mail', FALSE FROM notice_preferences WHERE ' ' || silent || ' ' LIKE '% sharing %';
INSERT INTO notice_choices (account, patient, kind, channel, chosen) SELECT account, '', 'result', 'mail', FALSE FROM notice_preferences WHERE ' ' || silent || ' ' LIKE '% result %';

ALTER TABLE notice_preferences DROP COLUMN silent;
ALTER TABLE notice_preferences ADD COLUMN push BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE notice_preferences ADD COLUMN sms BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE notice_preferences ADD COLUMN digest BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE notice_preferences ADD COLUMN digest_at BIGINT NOT NULL DEFAULT 480; -- minutes after midnight
ALTER TABLE notice_preferences ADD COLUMN channels TEXT COLLATE "C" NOT NULL DEFAULT 'push mail sms'; -- in their order

-- +goose Down
ALTER TABLE notice_preferences DROP COLUMN channels;
ALTER TABLE notice_preferences DROP COLUMN digest_at;
ALTER TABLE notice_preferences DROP COLUMN digest;
ALTER TABLE notice_preferences DROP COLUMN sms;
ALTER TABLE notice_preferences DROP COLUMN push;
ALTER TABLE notice_preferences ADD COLUMN silent TEXT COLLATE "C" NOT NULL DEFAULT '';
DROP TABLE notice_choices;
DROP TABLE notice_failing;
DROP TABLE notice_numbers;
DROP TABLE notice_browsers;
DROP TABLE notice_deliveries;
ALTER TABLE notices DROP COLUMN step;
ALTER TABLE notices RENAME COLUMN telling_at TO mail_at;
ALTER TABLE notices RENAME COLUMN telling TO mail;
