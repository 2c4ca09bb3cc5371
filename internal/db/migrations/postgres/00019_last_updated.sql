-- +goose Up

-- Searches over the charts of everybody walk it, newest first.
CREATE INDEX resources_updated ON resources (type, last_updated);

-- +goose Down
DROP INDEX resources_updated;
