-- +goose Up

-- Which node holds the room of a visit, until when, and the how many-eth holder
-- it is. Times are the database's own.
CREATE TABLE rooms (
    room       TEXT COLLATE "C" PRIMARY KEY,   -- id of the visit
    node       TEXT COLLATE "C" NOT NULL,
    fence      BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX rooms_node ON rooms (node);

-- +goose Down
DROP TABLE rooms;
