-- +goose Up

-- Times at which practitioners see people. Whoever takes one writes their
-- appointment into it: that is what keeps two from having the same time.
CREATE TABLE slots (
    id           TEXT COLLATE "C" PRIMARY KEY,
    practitioner TEXT COLLATE "C" NOT NULL,            -- FHIR id
    account      TEXT COLLATE "C" NOT NULL,            -- of the practitioner
    specialty    TEXT NOT NULL,
    starts_at    BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    modes        SMALLINT NOT NULL,                    -- bits: 1 video, 2 at the clinic
    place        TEXT NOT NULL,
    appointment  TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX slots_time ON slots (practitioner, starts_at);
CREATE INDEX slots_free ON slots (starts_at, practitioner) WHERE appointment = '';
CREATE INDEX slots_taken ON slots (appointment) WHERE appointment <> '';

-- What the clinic's day and a visit need of an appointment. The appointment
-- itself is in the record.
CREATE TABLE appointments (
    id            TEXT COLLATE "C" PRIMARY KEY,        -- of the Appointment
    patient_id    TEXT COLLATE "C" NOT NULL,
    slot          TEXT COLLATE "C" NOT NULL,
    practitioner  TEXT COLLATE "C" NOT NULL,
    account       TEXT COLLATE "C" NOT NULL,           -- of the practitioner
    name          TEXT NOT NULL,                       -- of the practitioner
    specialty     TEXT NOT NULL,
    starts_at     BIGINT NOT NULL,
    ends_at       BIGINT NOT NULL,
    mode          TEXT COLLATE "C" NOT NULL,           -- video, clinic
    place         TEXT NOT NULL,
    status        TEXT COLLATE "C" NOT NULL,           -- booked, fulfilled, cancelled
    booked_by     TEXT COLLATE "C" NOT NULL,           -- account
    digest        BYTEA NOT NULL,                      -- of what was asked for, to know it when it comes again
    changes       BIGINT NOT NULL,                     -- how often it was moved or cancelled
    -- of the visit
    state         TEXT COLLATE "C" NOT NULL DEFAULT 'scheduled', -- scheduled, waiting, live, ended
    waiting_since BIGINT NOT NULL DEFAULT 0,
    started_at    BIGINT NOT NULL DEFAULT 0,
    ended_at      BIGINT NOT NULL DEFAULT 0,
    talked        BIGINT NOT NULL DEFAULT 0,           -- microseconds with two or more in the room
    talks_since   BIGINT NOT NULL DEFAULT 0,           -- 0: fewer than two are
    behind        SMALLINT NOT NULL DEFAULT 0,         -- minutes
    note          TEXT COLLATE "C" NOT NULL DEFAULT '' -- draft, signed
);
CREATE INDEX appointments_patient ON appointments (patient_id, starts_at);
CREATE INDEX appointments_account ON appointments (account, starts_at);
CREATE INDEX appointments_day ON appointments (starts_at);

-- +goose Down
DROP TABLE appointments;
DROP TABLE slots;
