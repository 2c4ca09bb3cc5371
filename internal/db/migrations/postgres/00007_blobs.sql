-- +goose Up

-- What is needed to read the content of a Binary: it lies beside the database,
-- encrypted under a key of its own. A version without a row carries its content
-- in itself.
CREATE TABLE binaries (
    patient_id   TEXT COLLATE "C" NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL,
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
CREATE INDEX binaries_id ON binaries (id);
CREATE INDEX binaries_account ON binaries (account, created_at);

-- +goose Down
DROP TABLE binaries;
