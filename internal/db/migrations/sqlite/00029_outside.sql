-- +goose Up

-- From when a signing key signs; it is published before that. Another takes over at retired_at.
ALTER TABLE provider_keys ADD COLUMN signs_at INTEGER NOT NULL DEFAULT 0;
UPDATE provider_keys SET signs_at = created_at;

-- +goose Down
ALTER TABLE provider_keys DROP COLUMN signs_at;
