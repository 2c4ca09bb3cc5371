-- +goose Up

-- What a note was while it was written. What one person writes within a while is
-- one version.
CREATE TABLE visit_note_versions (
    visit   TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    began   BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    name    TEXT NOT NULL,
    body    BYTEA NOT NULL,
    PRIMARY KEY (visit, version)
);

-- +goose Down
DROP TABLE visit_note_versions;
