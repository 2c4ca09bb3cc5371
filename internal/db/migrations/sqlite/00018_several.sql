-- +goose Up

-- A resource about several patients is whole in the shared chart and has a row of
-- its own in each patient's chart; here they are found by its id.
CREATE INDEX resource_charts_resource ON resource_charts (type, id);

-- +goose Down
DROP INDEX resource_charts_resource;
