-- +goose Up

-- When words of danger last came. The patient's side is told of these, not of how
-- the clinic sorts what it has to do.
ALTER TABLE threads ADD COLUMN danger_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE threads DROP COLUMN danger_at;
