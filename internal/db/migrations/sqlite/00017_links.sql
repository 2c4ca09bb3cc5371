-- +goose Up

-- What the head row of a chart says besides: whether it was ever joined with
-- another chart, and for how long its patient wants results to wait for the
-- clinician's word.
ALTER TABLE charts ADD COLUMN links INTEGER NOT NULL DEFAULT 0;     -- joins of this chart, also those that ended
ALTER TABLE charts ADD COLUMN wait_days INTEGER NOT NULL DEFAULT 0; -- 0: results are seen at once

-- Two charts of one person, shown as one. Nothing is moved by it.
CREATE TABLE chart_links (
    id          TEXT PRIMARY KEY,
    survivor    TEXT NOT NULL,  -- the chart to go on with
    other       TEXT NOT NULL,  -- the chart that it replaces
    reason      TEXT NOT NULL,
    survivor_n  INTEGER NOT NULL, -- last changes of both when they were joined
    other_n     INTEGER NOT NULL,
    created_by  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    ended_by    TEXT NOT NULL DEFAULT '',
    ended_at    INTEGER NOT NULL DEFAULT 0, -- 0: they are joined
    end_reason  TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX chart_links_other ON chart_links (other) WHERE ended_at = 0;
CREATE INDEX chart_links_survivor ON chart_links (survivor);
CREATE INDEX chart_links_replaced ON chart_links (other);

-- Charts that may be of the same person. A pair that somebody kept apart is not
-- asked about again. Of the two ids the smaller one is chart_a.
CREATE TABLE chart_matches (
    chart_a    TEXT NOT NULL,
    chart_b    TEXT NOT NULL,
    score      INTEGER NOT NULL,  -- hundredths
    grade      TEXT NOT NULL,
    state      INTEGER NOT NULL,  -- 1 open, 2 joined, 3 kept apart
    created_at INTEGER NOT NULL,
    done_by    TEXT NOT NULL DEFAULT '',
    done_at    INTEGER NOT NULL DEFAULT 0,
    note       TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (chart_a, chart_b)
);
CREATE INDEX chart_matches_other ON chart_matches (chart_b);
CREATE INDEX chart_matches_open ON chart_matches (created_at, chart_a, chart_b) WHERE state = 1;

-- What was written while two charts were shown as one, for somebody to say in
-- which of them it belongs.
CREATE TABLE chart_assigns (
    patient_id TEXT NOT NULL,   -- where it is
    other      TEXT NOT NULL,   -- where it may belong
    type       TEXT NOT NULL,
    id         TEXT NOT NULL,
    state      INTEGER NOT NULL,  -- 1 open, 2 stays, 3 refiled
    created_at INTEGER NOT NULL,
    done_by    TEXT NOT NULL DEFAULT '',
    done_at    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (patient_id, other, type, id)
);
CREATE INDEX chart_assigns_open ON chart_assigns (created_at, patient_id, type, id) WHERE state = 1;

-- Results that a clinician keeps back because they would harm, each with its
-- reason and its end.
CREATE TABLE release_holds (
    patient_id TEXT NOT NULL,
    type       TEXT NOT NULL,
    id         TEXT NOT NULL,
    reason     TEXT NOT NULL,
    until      INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (patient_id, type, id)
);

-- What waits to be released.
CREATE INDEX resources_held ON resources (patient_id, release_at) WHERE release_at > 0;

-- +goose Down
DROP INDEX resources_held;
DROP TABLE release_holds;
DROP TABLE chart_assigns;
DROP TABLE chart_matches;
DROP TABLE chart_links;
ALTER TABLE charts DROP COLUMN wait_days;
ALTER TABLE charts DROP COLUMN links;
