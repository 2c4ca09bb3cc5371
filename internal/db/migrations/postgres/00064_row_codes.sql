-- +goose Up

-- Codes, under the site key, of the rows that decide who somebody is. Rows of before
-- get theirs at the first start; a row without one, or with a wrong one, opens nothing.
ALTER TABLE accounts ADD COLUMN code BYTEA;
ALTER TABLE account_logins ADD COLUMN code BYTEA;
ALTER TABLE passkeys ADD COLUMN code BYTEA;
ALTER TABLE oauth_clients ADD COLUMN code BYTEA;

-- +goose Down
ALTER TABLE oauth_clients DROP COLUMN code;
ALTER TABLE passkeys DROP COLUMN code;
ALTER TABLE account_logins DROP COLUMN code;
ALTER TABLE accounts DROP COLUMN code;
