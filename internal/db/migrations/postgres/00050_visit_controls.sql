-- +goose Up

-- How those who hold a visit have set its room.
CREATE TABLE visit_controls (
    visit     TEXT COLLATE "C" PRIMARY KEY,
    lead      TEXT COLLATE "C" NOT NULL DEFAULT '',       -- seat of who leads it
    ready_by  TEXT COLLATE "C" NOT NULL DEFAULT '',       -- seat of who said that the doctor can come
    locked_by TEXT COLLATE "C" NOT NULL DEFAULT '',       -- seat; '': it is open
    spotlight TEXT COLLATE "C" NOT NULL DEFAULT ''        -- seat that everybody sees large
);

-- When somebody's microphone was last turned off by a host, and by whom.
ALTER TABLE visit_people ADD COLUMN muted_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE visit_people ADD COLUMN muted_by TEXT COLLATE "C" NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE visit_people DROP COLUMN muted_by;
ALTER TABLE visit_people DROP COLUMN muted_at;
DROP TABLE visit_controls;
