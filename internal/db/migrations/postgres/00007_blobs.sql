-- +goose Up

-- What is needed to read the content of a Binary: it lies beside the database,
-- encrypted under a key of its own. A version without a row carries its content
-- in itself. What was put here and not sent yet has no Binary and belongs to who
-- put it here alone.
CREATE TABLE binaries (
    patient_id   TEXT COLLATE "C" NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL,  -- 0: not sent yet
    blob         TEXT COLLATE "C" NOT NULL,  -- name of the blob
    key          BYTEA NOT NULL,  -- of the blob, wrapped by the site key
    size         BIGINT NOT NULL,
    sha256       BYTEA NOT NULL,
    given        BYTEA NOT NULL,  -- SHA-256 of what was sent, to know it when it comes again
    content_type TEXT COLLATE "C" NOT NULL,  -- what it was found to be
    title        TEXT NOT NULL,
    account      TEXT COLLATE "C" NOT NULL,  -- who sent it
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (patient_id, id, version)
);
CREATE UNIQUE INDEX binaries_id ON binaries (id);
CREATE INDEX binaries_account ON binaries (account, created_at);

-- Blobs that no row holds: on their way in, or to be deleted.
CREATE TABLE loose_blobs (
    name TEXT COLLATE "C" PRIMARY KEY,
    at   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE loose_blobs;
DROP TABLE binaries;
