-- +goose Up

-- Visits by video of several patients together. The practitioner's time is taken by
-- the group; each patient has an appointment of their own in their own chart.
CREATE TABLE group_visits (
    id           TEXT PRIMARY KEY,
    slot         TEXT NOT NULL,
    practitioner TEXT NOT NULL,
    account      TEXT NOT NULL,           -- of the practitioner
    name         TEXT NOT NULL,           -- of the practitioner
    specialty    TEXT NOT NULL,
    starts_at    INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    subject      TEXT NOT NULL,           -- that all members read
    places       INTEGER NOT NULL,
    status       TEXT NOT NULL,           -- booked, cancelled
    state        TEXT NOT NULL DEFAULT 'scheduled', -- scheduled, live, ended
    started_at   INTEGER NOT NULL DEFAULT 0,
    ended_at     INTEGER NOT NULL DEFAULT 0,
    created_by   TEXT NOT NULL,           -- account
    created_at   INTEGER NOT NULL
);
CREATE INDEX group_visits_start ON group_visits (starts_at);

ALTER TABLE appointments ADD COLUMN group_id TEXT NOT NULL DEFAULT '';
CREATE INDEX appointments_group ON appointments (group_id, patient_id) WHERE group_id <> '';

-- What the others in a group call somebody. Who holds the group has a row whose visit
-- is the group.
ALTER TABLE visit_people ADD COLUMN called TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE visit_people DROP COLUMN called;
DROP INDEX appointments_group;
ALTER TABLE appointments DROP COLUMN group_id;
DROP TABLE group_visits;
