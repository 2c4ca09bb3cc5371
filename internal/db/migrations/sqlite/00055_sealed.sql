-- +goose Up

-- Visits whose sound and picture only the browsers in them can read, and who wanted that.
CREATE TABLE visit_seals (
    visit  TEXT PRIMARY KEY,
    sealed BOOLEAN NOT NULL,
    seat   TEXT NOT NULL,     -- whose word it was the last time
    name   TEXT NOT NULL,
    host   BOOLEAN NOT NULL,
    at     INTEGER NOT NULL
);

-- Seats whose browsers cannot.
CREATE TABLE visit_unsealable (
    visit TEXT NOT NULL,
    seat  TEXT NOT NULL,
    PRIMARY KEY (visit, seat)
);

-- +goose Down
DROP TABLE visit_unsealable;
DROP TABLE visit_seals;
