-- +goose Up

-- Who wants to be told of changes, and how far that has come. A subscription
-- lives as long as the authorization (family of tokens) that it was made under.
CREATE TABLE subscriptions (
    id           TEXT PRIMARY KEY,
    account      TEXT NOT NULL,
    client       TEXT NOT NULL,
    family       TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    chart        TEXT NOT NULL, -- '': every chart, for systems
    topic        TEXT NOT NULL,
    criteria     TEXT NOT NULL,             -- filters, one a line
    channel      TEXT NOT NULL, -- rest-hook or websocket
    endpoint     TEXT NOT NULL,
    headers      BLOB,                     -- sealed by the site key
    content      TEXT NOT NULL, -- empty, id-only or full-resource
    heartbeat    INTEGER NOT NULL,           -- seconds; 0: none
    timeout      INTEGER NOT NULL,           -- seconds
    max_count    INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,           -- 0: no end
    body         BLOB NOT NULL,            -- as it is shown
    status       TEXT NOT NULL, -- requested, active, error or off
    error        TEXT NOT NULL DEFAULT '',
    version      INTEGER NOT NULL,
    last_updated INTEGER NOT NULL,
    from_tx      INTEGER NOT NULL,           -- what happened after this place is its concern
    from_seq     INTEGER NOT NULL,
    events       INTEGER NOT NULL DEFAULT 0, -- numbers given
    delivered    INTEGER NOT NULL DEFAULT 0, -- the last number that was taken
    failures     INTEGER NOT NULL DEFAULT 0,
    failed_at    INTEGER NOT NULL DEFAULT 0, -- first of them
    next_at      INTEGER NOT NULL,           -- when there is something to do
    sent_at      INTEGER NOT NULL DEFAULT 0,
    bound        TEXT NOT NULL DEFAULT '' -- the socket that it is told on
);
CREATE INDEX subscriptions_owner ON subscriptions (account, client);
CREATE INDEX subscriptions_due ON subscriptions (next_at) WHERE status <> 'off';

-- What a subscription is told. A number is given when it is first offered, after
-- the decision whether it may be.
CREATE TABLE subscription_events (
    subscription TEXT NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    tx           INTEGER NOT NULL,
    seq          INTEGER NOT NULL,
    number       INTEGER NOT NULL DEFAULT 0,
    patient_id   TEXT NOT NULL,
    type         TEXT NOT NULL,
    resource     TEXT NOT NULL,
    version      INTEGER NOT NULL,
    kind         INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    due          INTEGER NOT NULL,           -- a result that is held back waits until then
    PRIMARY KEY (subscription, tx, seq)
);
CREATE INDEX subscription_events_number ON subscription_events (subscription, number);

-- Tokens by which a socket takes up a subscription; each works once.
CREATE TABLE subscription_tokens (
    hash         BLOB PRIMARY KEY,
    subscription TEXT NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    expires_at   INTEGER NOT NULL
);

-- One node of all hands changes out: the one that holds the lease. seq -1: nobody
-- has subscribed yet.
CREATE TABLE subscription_state (
    id     INTEGER PRIMARY KEY,
    holder TEXT NOT NULL,
    fence  INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    tx     INTEGER NOT NULL,
    seq    INTEGER NOT NULL
);
INSERT INTO subscription_state (id, holder, fence, until, tx, seq) VALUES (1, '', 0, 0, 0, -1);

-- +goose Down
DROP TABLE subscription_state;
DROP TABLE subscription_tokens;
DROP TABLE subscription_events;
DROP TABLE subscriptions;
