-- +goose Up

-- What is needed to read the content of a Binary: it lies beside the database,
-- encrypted under a key of its own. A version without a row carries its content
-- in itself. What was put here and not sent yet has no Binary and belongs to who
-- put it here alone.
CREATE TABLE binaries (
    patient_id   TEXT NOT NULL,
    id           TEXT NOT NULL,
    version      INTEGER NOT NULL,  -- 0: not sent yet
    blob         TEXT NOT NULL,  -- name of the blob
    key          BLOB NOT NULL,  -- of the blob, wrapped by the site key
    size         INTEGER NOT NULL,
    sha256       BLOB NOT NULL,
    given        BLOB NOT NULL,  -- SHA-256 of what was sent, to know it when it comes again
    content_type TEXT NOT NULL,  -- what it was found to be
    title        TEXT NOT NULL,
    account      TEXT NOT NULL,  -- who sent it
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (patient_id, id, version)
);
CREATE UNIQUE INDEX binaries_id ON binaries (id);
CREATE INDEX binaries_account ON binaries (account, created_at);

-- Blobs that no row holds: on their way in, or to be deleted.
CREATE TABLE loose_blobs (
    name TEXT PRIMARY KEY,
    at   INTEGER NOT NULL
);

-- +goose Down
DROP TABLE loose_blobs;
DROP TABLE binaries;
