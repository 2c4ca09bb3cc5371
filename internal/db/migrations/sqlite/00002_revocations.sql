-- +goose Up

-- What was taken back, in the order of commit: sessions, tokens, grants. Every
-- node reads on from the last row it saw.
CREATE TABLE revocations (
    seq  INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key  TEXT NOT NULL,
    at   INTEGER NOT NULL
);

-- +goose Down
DROP TABLE revocations;
