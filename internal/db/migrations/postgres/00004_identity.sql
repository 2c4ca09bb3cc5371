-- +goose Up

-- Who may sign in. An address is lower case; an account may have none.
CREATE TABLE accounts (
    id           TEXT COLLATE "C" PRIMARY KEY,
    email        TEXT COLLATE "C" NOT NULL,
    name         TEXT NOT NULL,
    kind         SMALLINT NOT NULL,              -- 1 person, 2 staff
    roles        TEXT COLLATE "C" NOT NULL,      -- words apart by a space
    patient      TEXT COLLATE "C" NOT NULL,      -- the account's own chart
    practitioner TEXT COLLATE "C" NOT NULL,
    locale       TEXT COLLATE "C" NOT NULL,
    password     TEXT COLLATE "C" NOT NULL,      -- argon2id; '': none
    active       BOOLEAN NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX accounts_email ON accounts (email) WHERE email <> '';
CREATE UNIQUE INDEX accounts_patient ON accounts (patient) WHERE patient <> '';

-- Accounts at outside issuers, known by (issuer, subject) and nothing else.
CREATE TABLE account_logins (
    issuer       TEXT COLLATE "C" NOT NULL,
    subject      TEXT COLLATE "C" NOT NULL,
    account      TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX account_logins_account ON account_logins (account);

-- One-time links that make the first administrator.
CREATE TABLE first_links (
    hash       BYTEA PRIMARY KEY,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0
);

-- One-time codes (RFC 6238). A secret counts once confirmed_at is set.
CREATE TABLE totp (
    account      TEXT COLLATE "C" PRIMARY KEY REFERENCES accounts (id),
    secret       BYTEA NOT NULL,                 -- sealed by the site key
    pending      BYTEA,                          -- sealed, shown and not yet confirmed
    pending_at   BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    last_step    BIGINT NOT NULL                 -- no step is taken twice
);

CREATE TABLE passkeys (
    id           TEXT COLLATE "C" PRIMARY KEY,
    account      TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    credential   BYTEA NOT NULL,
    data         BYTEA NOT NULL,
    name         TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX passkeys_credential ON passkeys (credential);
CREATE INDEX passkeys_account ON passkeys (account, created_at);

-- Passkey ceremonies under way; each is taken once.
CREATE TABLE ceremonies (
    kind       TEXT COLLATE "C" NOT NULL,        -- register, login, stepup
    owner      TEXT COLLATE "C" NOT NULL,        -- session or sign-in request
    data       BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (kind, owner)
);

-- Counts of attempts; keys are keyed hashes, never an address in the clear.
CREATE TABLE attempts (
    key   TEXT COLLATE "C" PRIMARY KEY,
    count BIGINT NOT NULL,
    since BIGINT NOT NULL
);
CREATE INDEX attempts_since ON attempts (since);

-- Browser sessions, shared by the portal and the provider.
CREATE TABLE sessions (
    id         TEXT COLLATE "C" PRIMARY KEY,
    hash       BYTEA NOT NULL,                   -- of the cookie's value
    account    TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    proof      SMALLINT NOT NULL,
    proved_at  BIGINT NOT NULL,
    amr        TEXT COLLATE "C" NOT NULL,
    issuer     TEXT COLLATE "C" NOT NULL,        -- outside issuer, if any
    acr        TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,                  -- last time the person did something
    expires_at BIGINT NOT NULL,
    device     TEXT NOT NULL,
    address    TEXT COLLATE "C" NOT NULL,
    ended_at   BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX sessions_hash ON sessions (hash);
CREATE INDEX sessions_account ON sessions (account, created_at);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- What one authorization gave: its access and refresh tokens live and end with it.
CREATE TABLE token_families (
    id         TEXT COLLATE "C" PRIMARY KEY,
    account    TEXT COLLATE "C" NOT NULL,        -- '' for a system
    system     TEXT COLLATE "C" NOT NULL,
    client     TEXT COLLATE "C" NOT NULL,
    session    TEXT COLLATE "C" NOT NULL,        -- session it was made in
    offline    BOOLEAN NOT NULL,                 -- outlives that session
    scopes     TEXT COLLATE "C" NOT NULL,
    audience   TEXT COLLATE "C" NOT NULL,
    launch     TEXT COLLATE "C" NOT NULL,
    proof      SMALLINT NOT NULL,
    proved_at  BIGINT NOT NULL,
    amr        TEXT COLLATE "C" NOT NULL,
    auth_at    BIGINT NOT NULL,
    device     TEXT NOT NULL,
    address    TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX token_families_account ON token_families (account, created_at);
CREATE INDEX token_families_session ON token_families (session);
CREATE INDEX token_families_expires ON token_families (expires_at);

CREATE TABLE access_tokens (
    hash       BYTEA PRIMARY KEY,
    family     TEXT COLLATE "C" NOT NULL REFERENCES token_families (id) ON DELETE CASCADE,
    scopes     TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX access_tokens_family ON access_tokens (family);
CREATE INDEX access_tokens_expires ON access_tokens (expires_at);

CREATE TABLE refresh_tokens (
    hash       BYTEA PRIMARY KEY,
    family     TEXT COLLATE "C" NOT NULL REFERENCES token_families (id) ON DELETE CASCADE,
    parent     BYTEA,                            -- token it was given for
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_parent ON refresh_tokens (parent);
CREATE INDEX refresh_tokens_expires ON refresh_tokens (expires_at);

-- Applications that may ask the built-in provider.
CREATE TABLE oauth_clients (
    id          TEXT COLLATE "C" PRIMARY KEY,
    name        TEXT NOT NULL,
    secret_hash BYTEA,                           -- NULL: a public client
    native      BOOLEAN NOT NULL,
    first_party BOOLEAN NOT NULL,
    redirects   TEXT COLLATE "C" NOT NULL,       -- a JSON list, like the next two
    post_logout TEXT COLLATE "C" NOT NULL,
    scopes      TEXT COLLATE "C" NOT NULL,
    offline     BOOLEAN NOT NULL,
    active      BOOLEAN NOT NULL,
    created_at  BIGINT NOT NULL
);

CREATE TABLE provider_keys (
    id         TEXT COLLATE "C" PRIMARY KEY,
    algorithm  TEXT COLLATE "C" NOT NULL,
    private    BYTEA NOT NULL,                   -- sealed by the site key
    created_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL DEFAULT 0         -- signs no more; published a while longer
);

-- Sign-ins under way, from /authorize to the code's exchange.
CREATE TABLE auth_requests (
    id           TEXT COLLATE "C" PRIMARY KEY,
    browser      BYTEA NOT NULL,                 -- hash of the browser's cookie
    client       TEXT COLLATE "C" NOT NULL,
    redirect_uri TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    nonce        TEXT COLLATE "C" NOT NULL,
    challenge    TEXT COLLATE "C" NOT NULL,
    scopes       TEXT COLLATE "C" NOT NULL,
    login_hint   TEXT NOT NULL,
    audience     TEXT COLLATE "C" NOT NULL,
    launch       TEXT COLLATE "C" NOT NULL,
    step         TEXT COLLATE "C" NOT NULL,      -- what is asked next: '', totp, enroll
    tries        BIGINT NOT NULL DEFAULT 0,      -- wrong codes
    account      TEXT COLLATE "C" NOT NULL,
    session      TEXT COLLATE "C" NOT NULL,
    proof        SMALLINT NOT NULL,
    proved_at    BIGINT NOT NULL,
    amr          TEXT COLLATE "C" NOT NULL,
    issuer       TEXT COLLATE "C" NOT NULL,
    acr          TEXT COLLATE "C" NOT NULL,
    device       TEXT NOT NULL,
    address      TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    done_at      BIGINT NOT NULL DEFAULT 0,
    answered_at  BIGINT NOT NULL DEFAULT 0,      -- the callback ran, once
    code         BYTEA,                          -- hash
    code_until   BIGINT NOT NULL DEFAULT 0,
    code_used_at BIGINT NOT NULL DEFAULT 0,
    family       TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX auth_requests_code ON auth_requests (code);
CREATE INDEX auth_requests_expires ON auth_requests (expires_at);

-- Our own sign-ins as a relying party, from /auth/login to /auth/callback.
CREATE TABLE login_states (
    hash        BYTEA PRIMARY KEY,
    browser     BYTEA NOT NULL,
    issuer      TEXT COLLATE "C" NOT NULL,       -- '' is the built-in provider
    nonce       TEXT COLLATE "C" NOT NULL,
    verifier    TEXT COLLATE "C" NOT NULL,
    return_path TEXT COLLATE "C" NOT NULL,
    request     TEXT COLLATE "C" NOT NULL,       -- sign-in request at the provider that it serves
    link        TEXT COLLATE "C" NOT NULL,       -- session that asked to link, if any
    expires_at  BIGINT NOT NULL
);
CREATE INDEX login_states_expires ON login_states (expires_at);

-- +goose Down
DROP TABLE login_states;
DROP TABLE auth_requests;
DROP TABLE provider_keys;
DROP TABLE oauth_clients;
DROP TABLE refresh_tokens;
DROP TABLE access_tokens;
DROP TABLE token_families;
DROP TABLE sessions;
DROP TABLE attempts;
DROP TABLE ceremonies;
DROP TABLE passkeys;
DROP TABLE totp;
DROP TABLE first_links;
DROP TABLE account_logins;
DROP TABLE accounts;
