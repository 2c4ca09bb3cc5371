-- +goose Up

-- Which node holds the room of a visit, until when, and the how many-eth holder
-- it is. Times are the database's own.
CREATE TABLE rooms (
    room       TEXT PRIMARY KEY,   -- id of the visit
    node       TEXT NOT NULL,
    fence      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX rooms_node ON rooms (node);

-- +goose Down
DROP TABLE rooms;
