-- +goose Up

-- Phones that somebody is signed in on with the app.
CREATE TABLE devices (
    id         TEXT COLLATE "C" PRIMARY KEY,     -- made by the app when it is installed
    account    TEXT COLLATE "C" NOT NULL,
    family     TEXT COLLATE "C" NOT NULL,        -- of its tokens
    platform   TEXT COLLATE "C" NOT NULL,
    name       TEXT NOT NULL,
    version    TEXT COLLATE "C" NOT NULL,        -- of the app
    push_token BYTEA NOT NULL,        -- sealed; empty: none
    created_at BIGINT NOT NULL,
    last_at    BIGINT NOT NULL
);
CREATE INDEX devices_account ON devices (account, last_at);

-- What phones asked to be done and was done, to know it when it comes again.
CREATE TABLE mobile_commands (
    account TEXT COLLATE "C" NOT NULL,
    id      TEXT COLLATE "C" NOT NULL,
    digest  BYTEA NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE INDEX mobile_commands_at ON mobile_commands (account, at);

-- +goose Down
DROP TABLE mobile_commands;
DROP TABLE devices;
