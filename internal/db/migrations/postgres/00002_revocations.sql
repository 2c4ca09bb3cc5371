-- +goose Up

-- What was taken back, in the order of commit: sessions, tokens, grants. Every
-- node reads on from the last row it saw.
CREATE TABLE revocations (
    seq  BIGSERIAL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    key  TEXT COLLATE "C" NOT NULL,
    at   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE revocations;
