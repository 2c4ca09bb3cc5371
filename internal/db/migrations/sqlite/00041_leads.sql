-- +goose Up

-- Who leads a pool says of its members when they are out.
ALTER TABLE pool_members ADD COLUMN lead BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE pool_members DROP COLUMN lead;
