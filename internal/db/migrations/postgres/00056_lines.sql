-- +goose Up

-- How the line of each person in a visit was, added up. Times are milliseconds.
CREATE TABLE visit_lines (
    visit      TEXT COLLATE "C" NOT NULL,
    seat       TEXT COLLATE "C" NOT NULL,
    present    BIGINT NOT NULL DEFAULT 0,
    weak       BIGINT NOT NULL DEFAULT 0,
    bad        BIGINT NOT NULL DEFAULT 0,
    only_sound BIGINT NOT NULL DEFAULT 0,
    large      BIGINT NOT NULL DEFAULT 0,
    small      BIGINT NOT NULL DEFAULT 0,
    held       BIGINT NOT NULL DEFAULT 0,
    relayed    BIGINT NOT NULL DEFAULT 0,
    tcp        BIGINT NOT NULL DEFAULT 0,
    came       BIGINT NOT NULL DEFAULT 0,
    came_lost  BIGINT NOT NULL DEFAULT 0,
    went       BIGINT NOT NULL DEFAULT 0,
    went_lost  BIGINT NOT NULL DEFAULT 0,
    trip_sum   BIGINT NOT NULL DEFAULT 0,
    trip_n     BIGINT NOT NULL DEFAULT 0,
    trip_max   BIGINT NOT NULL DEFAULT 0,
    jitter_sum BIGINT NOT NULL DEFAULT 0,
    jitter_n   BIGINT NOT NULL DEFAULT 0,
    jitter_max BIGINT NOT NULL DEFAULT 0,
    breaks     BIGINT NOT NULL DEFAULT 0,
    freezes    BIGINT NOT NULL DEFAULT 0,
    frozen     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (visit, seat)
);

-- +goose Down
DROP TABLE visit_lines;
