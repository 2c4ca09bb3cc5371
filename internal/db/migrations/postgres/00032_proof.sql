-- +goose Up

-- Which of somebody's recovery codes it is, so that looking at one costs one hash.
-- -1: of those that were kept under a key alone; they work until used or renewed.
ALTER TABLE recovery_codes ADD COLUMN slot SMALLINT NOT NULL DEFAULT -1;

-- The Group of patients that a backend service is bound to; '': all of them.
ALTER TABLE oauth_clients ADD COLUMN patients TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Sessions that idled out or grew too old are found by these.
CREATE INDEX sessions_open ON sessions (last_at) WHERE ended_at = 0;

-- +goose Down
DROP INDEX sessions_open;
ALTER TABLE oauth_clients DROP COLUMN patients;
ALTER TABLE recovery_codes DROP COLUMN slot;
