-- +goose Up

-- How the line of each person in a visit was, added up. Times are milliseconds.
CREATE TABLE visit_lines (
    visit      TEXT NOT NULL,
    seat       TEXT NOT NULL,
    present    INTEGER NOT NULL DEFAULT 0,
    weak       INTEGER NOT NULL DEFAULT 0,
    bad        INTEGER NOT NULL DEFAULT 0,
    only_sound INTEGER NOT NULL DEFAULT 0,
    large      INTEGER NOT NULL DEFAULT 0,
    small      INTEGER NOT NULL DEFAULT 0,
    held       INTEGER NOT NULL DEFAULT 0,
    relayed    INTEGER NOT NULL DEFAULT 0,
    tcp        INTEGER NOT NULL DEFAULT 0,
    came       INTEGER NOT NULL DEFAULT 0,
    came_lost  INTEGER NOT NULL DEFAULT 0,
    went       INTEGER NOT NULL DEFAULT 0,
    went_lost  INTEGER NOT NULL DEFAULT 0,
    trip_sum   INTEGER NOT NULL DEFAULT 0,
    trip_n     INTEGER NOT NULL DEFAULT 0,
    trip_max   INTEGER NOT NULL DEFAULT 0,
    jitter_sum INTEGER NOT NULL DEFAULT 0,
    jitter_n   INTEGER NOT NULL DEFAULT 0,
    jitter_max INTEGER NOT NULL DEFAULT 0,
    breaks     INTEGER NOT NULL DEFAULT 0,
    freezes    INTEGER NOT NULL DEFAULT 0,
    frozen     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (visit, seat)
);

-- +goose Down
DROP TABLE visit_lines;
