-- +goose Up

-- What this installation knows about itself: which site key its data was written
-- under, and what was done once.
CREATE TABLE site (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    at    BIGINT NOT NULL
);

-- +goose Down
DROP TABLE site;
