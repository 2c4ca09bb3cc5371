-- +goose Up

-- From when a signing key signs; it is published before that. Another takes over at retired_at.
ALTER TABLE provider_keys ADD COLUMN signs_at INTEGER NOT NULL DEFAULT 0;
UPDATE provider_keys SET signs_at = created_at;

-- Where an app is told that a session ended (OpenID Connect Back-Channel Logout 1.0); '': it is not.
ALTER TABLE oauth_clients ADD COLUMN logout_uri TEXT NOT NULL DEFAULT '';

-- What an outside issuer said when somebody signed in by it: by that the session,
-- and what was given in it, ends with the account there.
CREATE TABLE outside_sessions (
    request       TEXT PRIMARY KEY,   -- sign-in request at our provider that was answered so
    session       TEXT NOT NULL,      -- '': not begun yet
    account       TEXT NOT NULL,
    party         TEXT NOT NULL,      -- id of the issuer in the settings
    issuer        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    sid           TEXT NOT NULL,      -- session there; '': it did not say
    refresh       BLOB,                           -- sealed; NULL: there is none
    bounded       BOOLEAN NOT NULL,              -- the session itself ends at until, too
    until         INTEGER NOT NULL,               -- 0: as long as the issuer says yes
    check_at      INTEGER NOT NULL,
    failing_since INTEGER NOT NULL DEFAULT 0,     -- the issuer does not answer
    created_at    INTEGER NOT NULL
);
CREATE INDEX outside_sessions_subject ON outside_sessions (issuer, subject);
CREATE INDEX outside_sessions_sid ON outside_sessions (issuer, sid);
CREATE INDEX outside_sessions_session ON outside_sessions (session);
CREATE INDEX outside_sessions_check ON outside_sessions (check_at);

-- Of who signed in so before, nothing is known by which it could end: they sign in again.
UPDATE token_families SET revoked_at = last_at WHERE revoked_at = 0 AND session IN (SELECT id FROM sessions WHERE issuer <> '');
UPDATE sessions SET ended_at = last_at WHERE ended_at = 0 AND issuer <> '';

-- Logout tokens of outside issuers that were taken: none counts twice.
CREATE TABLE logout_tokens (
    hash       BLOB PRIMARY KEY,              -- of issuer and jti
    expires_at INTEGER NOT NULL
);
CREATE INDEX logout_tokens_expires ON logout_tokens (expires_at);

-- +goose Down
DROP TABLE logout_tokens;
DROP TABLE outside_sessions;
ALTER TABLE oauth_clients DROP COLUMN logout_uri;
ALTER TABLE provider_keys DROP COLUMN signs_at;
