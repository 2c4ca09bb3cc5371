-- +goose Up

-- Who may sign in. An address is lower case; an account may have none.
CREATE TABLE accounts (
    id           TEXT PRIMARY KEY,
    email        TEXT NOT NULL,
    name         TEXT NOT NULL,
    kind         INTEGER NOT NULL,              -- 1 person, 2 staff
    roles        TEXT NOT NULL,      -- words apart by a space
    patient      TEXT NOT NULL,      -- the account's own chart
    practitioner TEXT NOT NULL,
    locale       TEXT NOT NULL,
    password     TEXT NOT NULL,      -- argon2id; '': none
    active       BOOLEAN NOT NULL,
    created_at   INTEGER NOT NULL
);
CREATE UNIQUE INDEX accounts_email ON accounts (email) WHERE email <> '';
CREATE UNIQUE INDEX accounts_patient ON accounts (patient) WHERE patient <> '';

-- Accounts at outside issuers, known by (issuer, subject) and nothing else.
CREATE TABLE account_logins (
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    account      TEXT NOT NULL REFERENCES accounts (id),
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX account_logins_account ON account_logins (account);

-- One-time links that make the first administrator.
CREATE TABLE first_links (
    hash       BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL DEFAULT 0
);

-- One-time codes (RFC 6238). A secret counts once confirmed_at is set.
CREATE TABLE totp (
    account      TEXT PRIMARY KEY REFERENCES accounts (id),
    secret       BLOB NOT NULL,                 -- sealed by the site key
    pending      BLOB,                          -- sealed, shown and not yet confirmed
    pending_at   INTEGER NOT NULL,
    confirmed_at INTEGER NOT NULL,
    last_step    INTEGER NOT NULL                 -- no step is taken twice
);

CREATE TABLE passkeys (
    id           TEXT PRIMARY KEY,
    account      TEXT NOT NULL REFERENCES accounts (id),
    credential   BLOB NOT NULL,
    data         BLOB NOT NULL,
    name         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX passkeys_credential ON passkeys (credential);
CREATE INDEX passkeys_account ON passkeys (account, created_at);

-- Passkey ceremonies under way; each is taken once.
CREATE TABLE ceremonies (
    kind       TEXT NOT NULL,        -- register, login, stepup
    owner      TEXT NOT NULL,        -- session or sign-in request
    data       BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (kind, owner)
);

-- Counts of attempts; keys are keyed hashes, never an address in the clear.
CREATE TABLE attempts (
    key   TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    since INTEGER NOT NULL
);
CREATE INDEX attempts_since ON attempts (since);

-- Browser sessions, shared by the portal and the provider.
CREATE TABLE sessions (
    id         TEXT PRIMARY KEY,
    hash       BLOB NOT NULL,                   -- of the cookie's value
    account    TEXT NOT NULL REFERENCES accounts (id),
    proof      INTEGER NOT NULL,
    proved_at  INTEGER NOT NULL,
    amr        TEXT NOT NULL,
    issuer     TEXT NOT NULL,        -- outside issuer, if any
    acr        TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,                  -- last time the person did something
    expires_at INTEGER NOT NULL,
    device     TEXT NOT NULL,
    address    TEXT NOT NULL,
    ended_at   INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX sessions_hash ON sessions (hash);
CREATE INDEX sessions_account ON sessions (account, created_at);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- What one authorization gave: its access and refresh tokens live and end with it.
CREATE TABLE token_families (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL,        -- '' for a system
    system     TEXT NOT NULL,
    client     TEXT NOT NULL,
    session    TEXT NOT NULL,        -- session it was made in
    offline    BOOLEAN NOT NULL,                 -- outlives that session
    scopes     TEXT NOT NULL,
    audience   TEXT NOT NULL,
    launch     TEXT NOT NULL,
    proof      INTEGER NOT NULL,
    proved_at  INTEGER NOT NULL,
    amr        TEXT NOT NULL,
    auth_at    INTEGER NOT NULL,
    device     TEXT NOT NULL,
    address    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX token_families_account ON token_families (account, created_at);
CREATE INDEX token_families_session ON token_families (session);
CREATE INDEX token_families_expires ON token_families (expires_at);

CREATE TABLE access_tokens (
    hash       BLOB PRIMARY KEY,
    family     TEXT NOT NULL REFERENCES token_families (id) ON DELETE CASCADE,
    scopes     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX access_tokens_family ON access_tokens (family);
CREATE INDEX access_tokens_expires ON access_tokens (expires_at);

CREATE TABLE refresh_tokens (
    hash       BLOB PRIMARY KEY,
    family     TEXT NOT NULL REFERENCES token_families (id) ON DELETE CASCADE,
    parent     BLOB,                            -- token it was given for
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_parent ON refresh_tokens (parent);
CREATE INDEX refresh_tokens_expires ON refresh_tokens (expires_at);

-- Applications that may ask the built-in provider.
CREATE TABLE oauth_clients (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    secret_hash BLOB,                           -- NULL: a public client
    native      BOOLEAN NOT NULL,
    first_party BOOLEAN NOT NULL,
    redirects   TEXT NOT NULL,       -- a JSON list, like the next two
    post_logout TEXT NOT NULL,
    scopes      TEXT NOT NULL,
    offline     BOOLEAN NOT NULL,
    active      BOOLEAN NOT NULL,
    created_at  INTEGER NOT NULL
);

CREATE TABLE provider_keys (
    id         TEXT PRIMARY KEY,
    algorithm  TEXT NOT NULL,
    private    BLOB NOT NULL,                   -- sealed by the site key
    created_at INTEGER NOT NULL,
    retired_at INTEGER NOT NULL DEFAULT 0         -- signs no more; published a while longer
);

-- Sign-ins under way, from /authorize to the code's exchange.
CREATE TABLE auth_requests (
    id           TEXT PRIMARY KEY,
    browser      BLOB NOT NULL,                 -- hash of the browser's cookie
    client       TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    state        TEXT NOT NULL,
    nonce        TEXT NOT NULL,
    challenge    TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    login_hint   TEXT NOT NULL,
    audience     TEXT NOT NULL,
    launch       TEXT NOT NULL,
    step         TEXT NOT NULL,      -- what is asked next: '', totp, enroll
    tries        INTEGER NOT NULL DEFAULT 0,      -- wrong codes
    account      TEXT NOT NULL,
    session      TEXT NOT NULL,
    proof        INTEGER NOT NULL,
    proved_at    INTEGER NOT NULL,
    amr          TEXT NOT NULL,
    issuer       TEXT NOT NULL,
    acr          TEXT NOT NULL,
    device       TEXT NOT NULL,
    address      TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    done_at      INTEGER NOT NULL DEFAULT 0,
    answered_at  INTEGER NOT NULL DEFAULT 0,      -- the callback ran, once
    code         BLOB,                          -- hash
    code_until   INTEGER NOT NULL DEFAULT 0,
    code_used_at INTEGER NOT NULL DEFAULT 0,
    family       TEXT NOT NULL
);
CREATE UNIQUE INDEX auth_requests_code ON auth_requests (code);
CREATE INDEX auth_requests_expires ON auth_requests (expires_at);

-- Our own sign-ins as a relying party, from /auth/login to /auth/callback.
CREATE TABLE login_states (
    hash        BLOB PRIMARY KEY,
    browser     BLOB NOT NULL,
    issuer      TEXT NOT NULL,       -- '' is the built-in provider
    nonce       TEXT NOT NULL,
    verifier    TEXT NOT NULL,
    return_path TEXT NOT NULL,
    request     TEXT NOT NULL,       -- sign-in request at the provider that it serves
    link        TEXT NOT NULL,       -- session that asked to link, if any
    expires_at  INTEGER NOT NULL
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
