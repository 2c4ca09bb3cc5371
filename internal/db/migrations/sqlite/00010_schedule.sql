-- +goose Up

-- Times at which practitioners see people. Whoever takes one writes their
-- appointment into it: that is what keeps two from having the same time.
CREATE TABLE slots (
    id           TEXT PRIMARY KEY,
    practitioner TEXT NOT NULL,            -- FHIR id
    account      TEXT NOT NULL,            -- of the practitioner
    specialty    TEXT NOT NULL,
    starts_at    INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    modes        INTEGER NOT NULL,                    -- bits: 1 video, 2 at the clinic
    place        TEXT NOT NULL,
    appointment  TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX slots_time ON slots (practitioner, starts_at);
CREATE INDEX slots_free ON slots (starts_at, practitioner) WHERE appointment = '';
CREATE INDEX slots_taken ON slots (appointment) WHERE appointment <> '';

-- What the clinic's day and a visit need of an appointment. The appointment
-- itself is in the record.
CREATE TABLE appointments (
    id            TEXT PRIMARY KEY,        -- of the Appointment
    patient_id    TEXT NOT NULL,
    slot          TEXT NOT NULL,
    practitioner  TEXT NOT NULL,
    account       TEXT NOT NULL,           -- of the practitioner
    name          TEXT NOT NULL,                       -- of the practitioner
    specialty     TEXT NOT NULL,
    starts_at     INTEGER NOT NULL,
    ends_at       INTEGER NOT NULL,
    mode          TEXT NOT NULL,           -- video, clinic
    place         TEXT NOT NULL,
    status        TEXT NOT NULL,           -- booked, fulfilled, cancelled
    booked_by     TEXT NOT NULL,           -- account
    digest        BLOB NOT NULL,                      -- of what was asked for, to know it when it comes again
    changes       INTEGER NOT NULL,                     -- how often it was moved or cancelled
    -- of the visit
    state         TEXT NOT NULL DEFAULT 'scheduled', -- scheduled, waiting, live, ended
    waiting_since INTEGER NOT NULL DEFAULT 0,
    started_at    INTEGER NOT NULL DEFAULT 0,
    ended_at      INTEGER NOT NULL DEFAULT 0,
    talked        INTEGER NOT NULL DEFAULT 0,           -- microseconds with two or more in the room
    talks_since   INTEGER NOT NULL DEFAULT 0,           -- 0: fewer than two are
    behind        INTEGER NOT NULL DEFAULT 0,         -- minutes
    note          TEXT NOT NULL DEFAULT '' -- draft, signed
);
CREATE INDEX appointments_patient ON appointments (patient_id, starts_at);
CREATE INDEX appointments_account ON appointments (account, starts_at);
CREATE INDEX appointments_day ON appointments (starts_at);

-- +goose Down
DROP TABLE appointments;
DROP TABLE slots;
