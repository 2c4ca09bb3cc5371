-- +goose Up

-- The family of browsers in which a session was begun, and where its proof was given:
-- in which family, and in which networks of IPv4 and IPv6. '': not known.
ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN proof_browser TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN proof_net4 TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN proof_net6 TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE sessions DROP COLUMN proof_net6;
ALTER TABLE sessions DROP COLUMN proof_net4;
ALTER TABLE sessions DROP COLUMN proof_browser;
ALTER TABLE sessions DROP COLUMN browser;
