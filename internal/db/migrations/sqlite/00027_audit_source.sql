-- +goose Up

-- From where a row came: network address and session. It is under the row's code
-- and not in its body, which patients read.
ALTER TABLE audit ADD COLUMN source TEXT NOT NULL DEFAULT '';

-- The privacy officer's report: of a period, and of one account in it.
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_account ON audit (account, at);

-- +goose Down
DROP INDEX audit_account;
DROP INDEX audit_at;
ALTER TABLE audit DROP COLUMN source;
