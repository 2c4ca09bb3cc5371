-- +goose Up

-- Who is invited to one visit by a link, without an account. The link itself is one
-- of a page (links), of which a new one may be made for the same invitation.
CREATE TABLE visit_guests (
    id         TEXT COLLATE "C" PRIMARY KEY,
    visit      TEXT COLLATE "C" NOT NULL,
    patient_id TEXT COLLATE "C" NOT NULL,
    name       TEXT NOT NULL,                 -- '': they say it when they open the link
    relation   TEXT NOT NULL,
    role       TEXT COLLATE "C" NOT NULL,     -- guest, interpreter
    self_named BOOLEAN NOT NULL,              -- by themselves, and by nobody else
    browsers   BIGINT NOT NULL DEFAULT 0,     -- in how many it was opened, one after the other
    created_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL DEFAULT 0      -- taken back
);
CREATE INDEX visit_guests_visit ON visit_guests (visit, created_at);

-- +goose Down
DROP TABLE visit_guests;
