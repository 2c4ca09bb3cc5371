-- +goose Up

-- The DocumentReference of the chat that was filed with the note; empty: none was.
ALTER TABLE visit_notes ADD COLUMN chat TEXT COLLATE "C" NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE visit_notes DROP COLUMN chat;
