-- +goose Up

-- Phones that somebody is signed in on with the app.
CREATE TABLE devices (
    id         TEXT PRIMARY KEY,     -- made by the app when it is installed
    account    TEXT NOT NULL,
    family     TEXT NOT NULL,        -- of its tokens
    platform   TEXT NOT NULL,
    name       TEXT NOT NULL,
    version    TEXT NOT NULL,        -- of the app
    push_token BLOB NOT NULL,        -- sealed; empty: none
    created_at INTEGER NOT NULL,
    last_at    INTEGER NOT NULL
);
CREATE INDEX devices_account ON devices (account, last_at);

-- What phones asked to be done and was done, to know it when it comes again.
CREATE TABLE mobile_commands (
    account TEXT NOT NULL,
    id      TEXT NOT NULL,
    digest  BLOB NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE INDEX mobile_commands_at ON mobile_commands (account, at);

-- +goose Down
DROP TABLE mobile_commands;
DROP TABLE devices;
