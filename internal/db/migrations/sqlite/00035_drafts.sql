-- +goose Up

-- Which state of a draft somebody went on from. It is never used twice for one
-- place, also when the draft was thrown away between.
ALTER TABLE drafts ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- +goose Down
ALTER TABLE drafts DROP COLUMN version;
