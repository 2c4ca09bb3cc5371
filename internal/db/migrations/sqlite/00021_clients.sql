-- +goose Up

-- What an administrator says about an application, and how it proves itself.
ALTER TABLE oauth_clients ADD COLUMN auth_method TEXT NOT NULL DEFAULT 'none'; -- none, client_secret_basic, client_secret_post, private_key_jwt
ALTER TABLE oauth_clients ADD COLUMN jwks        TEXT NOT NULL DEFAULT '';     -- its public keys, or
ALTER TABLE oauth_clients ADD COLUMN jwks_uri    TEXT NOT NULL DEFAULT '';     -- where they are
ALTER TABLE oauth_clients ADD COLUMN backend     BOOLEAN NOT NULL DEFAULT FALSE;           -- acts for itself, with scopes that begin with system/
ALTER TABLE oauth_clients ADD COLUMN launch_url  TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth_clients ADD COLUMN publisher   TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth_clients ADD COLUMN homepage    TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth_clients ADD COLUMN created_by  TEXT NOT NULL DEFAULT '';     -- account; '': Housecall itself
ALTER TABLE oauth_clients ADD COLUMN changed_at  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE oauth_clients ADD COLUMN secret_at   INTEGER NOT NULL DEFAULT 0;                -- when its secret was made
UPDATE oauth_clients SET changed_at = created_at;
UPDATE oauth_clients SET auth_method = 'client_secret_basic', secret_at = created_at WHERE secret_hash IS NOT NULL;

-- All that an application was given ends with it.
CREATE INDEX token_families_client ON token_families (client, created_at);

-- Assertions by which clients proved themselves: none counts twice.
CREATE TABLE client_assertions (
    hash       BLOB PRIMARY KEY,                -- of client and jti
    expires_at INTEGER NOT NULL
);
CREATE INDEX client_assertions_expires ON client_assertions (expires_at);

-- +goose Down
DROP TABLE client_assertions;
DROP INDEX token_families_client;
ALTER TABLE oauth_clients DROP COLUMN secret_at;
ALTER TABLE oauth_clients DROP COLUMN changed_at;
ALTER TABLE oauth_clients DROP COLUMN created_by;
ALTER TABLE oauth_clients DROP COLUMN homepage;
ALTER TABLE oauth_clients DROP COLUMN publisher;
ALTER TABLE oauth_clients DROP COLUMN launch_url;
ALTER TABLE oauth_clients DROP COLUMN backend;
ALTER TABLE oauth_clients DROP COLUMN jwks_uri;
ALTER TABLE oauth_clients DROP COLUMN jwks;
ALTER TABLE oauth_clients DROP COLUMN auth_method;
