-- +goose Up

-- What somebody is told: that something waits for them, never what it is.
CREATE TABLE notices (
    account  TEXT NOT NULL,
    id       TEXT NOT NULL,             -- of who posted it: the same is told once
    kind     TEXT NOT NULL,
    patient  TEXT NOT NULL,             -- chart that the link in the app leads to
    ref      TEXT NOT NULL,             -- what it is about
    link     TEXT NOT NULL,             -- opaque, as it stands in a mail
    at       BIGINT NOT NULL,
    until_at BIGINT NOT NULL,             -- a mail after this is of no use; 0: any time
    seen_at  BIGINT NOT NULL DEFAULT 0,
    mail     SMALLINT NOT NULL,           -- what became of the mail
    mail_at  BIGINT NOT NULL DEFAULT 0,   -- when it became that
    PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX notices_link ON notices (link);
CREATE INDEX notices_newest ON notices (account, at, id);
CREATE INDEX notices_unseen ON notices (account, ref) WHERE seen_at = 0;
CREATE INDEX notices_mails ON notices (account, kind) WHERE mail = 1;
CREATE INDEX notices_id ON notices (id) WHERE mail = 1;

-- How somebody wants to be told. No row: as a new account is.
CREATE TABLE notice_preferences (
    account    TEXT PRIMARY KEY,
    email      BOOLEAN NOT NULL,
    silent     TEXT NOT NULL,           -- kinds without mail, apart by a space
    quiet      BOOLEAN NOT NULL,
    quiet_from BIGINT NOT NULL,           -- minutes after midnight
    quiet_to   BIGINT NOT NULL,
    zone       TEXT NOT NULL,           -- IANA name
    changed_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE notice_preferences;
DROP TABLE notices;
