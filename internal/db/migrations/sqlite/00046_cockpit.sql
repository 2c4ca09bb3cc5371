-- +goose Up

-- What a note was while it was written. What one person writes within a while is
-- one version.
CREATE TABLE visit_note_versions (
    visit   TEXT NOT NULL,
    version INTEGER NOT NULL,
    began   INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    account TEXT NOT NULL,
    name    TEXT NOT NULL,
    body    BLOB NOT NULL,
    PRIMARY KEY (visit, version)
);

-- +goose Down
DROP TABLE visit_note_versions;
