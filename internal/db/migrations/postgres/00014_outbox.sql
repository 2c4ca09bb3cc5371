-- +goose Up

-- One order over the changes of all charts, for type history, system history and
-- subscriptions: (tx, seq). tx is the number of the transaction, or the greatest
-- that wrote to the same chart before, so that each chart's own order holds; what
-- is below pg_snapshot_xmin is final, and nothing can come before it any more.
SET LOCAL statement_timeout = 0; -- what is there already is numbered

ALTER TABLE charts ADD COLUMN tx BIGINT NOT NULL DEFAULT 0;

ALTER TABLE resource_versions ADD COLUMN tx BIGINT NOT NULL DEFAULT 0;
ALTER TABLE resource_versions ADD COLUMN seq BIGINT;
UPDATE resource_versions v SET seq = o.seq FROM (
    SELECT patient_id, type, id, version, row_number() OVER (ORDER BY reached, patient_id, n, version, type, id) AS seq FROM (
        SELECT patient_id, type, id, version, n, max(last_updated) OVER (
            PARTITION BY patient_id, CASE WHEN patient_id = '' THEN type || '/' || id END ORDER BY n, version ROWS UNBOUNDED PRECEDING) AS reached
        FROM resource_versions) r) o
WHERE v.patient_id = o.patient_id AND v.type = o.type AND v.id = o.id AND v.version = o.version;
ALTER TABLE resource_versions ALTER COLUMN seq SET NOT NULL;
ALTER TABLE resource_versions ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval(pg_get_serial_sequence('resource_versions', 'seq'), (SELECT COALESCE(max(seq), 0) + 1 FROM resource_versions), false);
CREATE INDEX resource_versions_order ON resource_versions (tx, seq);
CREATE INDEX resource_versions_type ON resource_versions (type, tx, seq);

-- +goose Down
DROP INDEX resource_versions_type;
DROP INDEX resource_versions_order;
ALTER TABLE resource_versions DROP COLUMN seq;
ALTER TABLE resource_versions DROP COLUMN tx;
ALTER TABLE charts DROP COLUMN tx;
