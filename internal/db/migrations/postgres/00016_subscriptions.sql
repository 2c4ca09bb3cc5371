-- +goose Up

-- Who wants to be told of changes, and how far that has come. A subscription
-- lives as long as the authorization (family of tokens) that it was made under.
CREATE TABLE subscriptions (
    id           TEXT COLLATE "C" PRIMARY KEY,
    account      TEXT COLLATE "C" NOT NULL,
    client       TEXT COLLATE "C" NOT NULL,
    family       TEXT COLLATE "C" NOT NULL,
    scopes       TEXT NOT NULL,
    chart        TEXT COLLATE "C" NOT NULL, -- '': every chart, for systems
    topic        TEXT COLLATE "C" NOT NULL,
    criteria     TEXT NOT NULL,             -- filters, one a line
    channel      TEXT COLLATE "C" NOT NULL, -- rest-hook or websocket
    endpoint     TEXT NOT NULL,
    headers      BYTEA,                     -- sealed by the site key
    content      TEXT COLLATE "C" NOT NULL, -- empty, id-only or full-resource
    heartbeat    BIGINT NOT NULL,           -- seconds; 0: none
    timeout      BIGINT NOT NULL,           -- seconds
    max_count    BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,           -- 0: no end
    body         BYTEA NOT NULL,            -- as it is shown
    status       TEXT COLLATE "C" NOT NULL, -- requested, active, error or off
    error        TEXT NOT NULL DEFAULT '',
    version      BIGINT NOT NULL,
    last_updated BIGINT NOT NULL,
    from_tx      BIGINT NOT NULL,           -- what happened after this place is its concern
    from_seq     BIGINT NOT NULL,
    events       BIGINT NOT NULL DEFAULT 0, -- numbers given
    delivered    BIGINT NOT NULL DEFAULT 0, -- the last number that was taken
    failures     BIGINT NOT NULL DEFAULT 0,
    failed_at    BIGINT NOT NULL DEFAULT 0, -- first of them
    next_at      BIGINT NOT NULL,           -- when there is something to do
    sent_at      BIGINT NOT NULL DEFAULT 0,
    bound        TEXT COLLATE "C" NOT NULL DEFAULT '' -- the socket that it is told on
);
CREATE INDEX subscriptions_owner ON subscriptions (account, client);
CREATE INDEX subscriptions_due ON subscriptions (next_at) WHERE status <> 'off';

-- What a subscription is told. A number is given when it is first offered, after
-- the decision whether it may be.
CREATE TABLE subscription_events (
    subscription TEXT COLLATE "C" NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    tx           BIGINT NOT NULL,
    seq          BIGINT NOT NULL,
    number       BIGINT NOT NULL DEFAULT 0,
    patient_id   TEXT COLLATE "C" NOT NULL,
    type         TEXT COLLATE "C" NOT NULL,
    resource     TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL,
    kind         SMALLINT NOT NULL,
    at           BIGINT NOT NULL,
    due          BIGINT NOT NULL,           -- a result that is held back waits until then
    PRIMARY KEY (subscription, tx, seq)
);
CREATE INDEX subscription_events_number ON subscription_events (subscription, number);

-- Tokens by which a socket takes up a subscription; each works once.
CREATE TABLE subscription_tokens (
    hash         BYTEA PRIMARY KEY,
    subscription TEXT COLLATE "C" NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    expires_at   BIGINT NOT NULL
);

-- One node of all hands changes out: the one that holds the lease. seq -1: nobody
-- has subscribed yet.
CREATE TABLE subscription_state (
    id     SMALLINT PRIMARY KEY,
    holder TEXT NOT NULL,
    fence  BIGINT NOT NULL,
    until  BIGINT NOT NULL,
    tx     BIGINT NOT NULL,
    seq    BIGINT NOT NULL
);
INSERT INTO subscription_state (id, holder, fence, until, tx, seq) VALUES (1, '', 0, 0, 0, -1);

-- +goose Down
DROP TABLE subscription_state;
DROP TABLE subscription_tokens;
DROP TABLE subscription_events;
DROP TABLE subscriptions;
