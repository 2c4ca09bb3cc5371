-- +goose Up

-- The session by which somebody took their seat in a waiting room: when it ends, they are
-- not there any more. Empty of who came by a link.
ALTER TABLE visit_people ADD COLUMN session TEXT NOT NULL DEFAULT '';
CREATE INDEX visit_people_session ON visit_people (session) WHERE session <> '';

-- +goose Down
DROP INDEX visit_people_session;
ALTER TABLE visit_people DROP COLUMN session;
