-- +goose Up

-- Which of our ids a resource of a sending system has: two hospitals'
-- Observation/1 never meet. A row is committed with the resource. An empty digest
-- is an id that is promised to a resource of the same import and not yet stored.
CREATE TABLE import_ids (
    source    TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    type      TEXT COLLATE "C" NOT NULL,
    id        TEXT COLLATE "C" NOT NULL,
    digest    BYTEA NOT NULL,    -- of the content as it was sent
    standing  SMALLINT NOT NULL, -- 0: a copy that a patient's bundle carried along; 1: sent for its own sake
    updated   BIGINT NOT NULL,   -- meta.lastUpdated at the sender; 0: not said
    weight    BIGINT NOT NULL,   -- bytes of the content
    PRIMARY KEY (source, source_id, type)
);
CREATE UNIQUE INDEX import_ids_id ON import_ids (type, id);

-- Contents that newer ones replaced, so that old files change nothing when they
-- are imported again.
CREATE TABLE import_seen (
    source    TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    type      TEXT COLLATE "C" NOT NULL,
    digest    BYTEA NOT NULL,
    PRIMARY KEY (source, source_id, type, digest)
);

-- Resources that refer to what is not here yet.
CREATE TABLE import_waiting (
    source    TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    type      TEXT COLLATE "C" NOT NULL,
    party     TEXT COLLATE "C" NOT NULL, -- what goes in together: the patient, in the sender's terms
    digest    BYTEA NOT NULL,
    standing  SMALLINT NOT NULL,
    updated   BIGINT NOT NULL,
    weight    BIGINT NOT NULL,
    place     TEXT NOT NULL,             -- where it stood, for the report
    since     BIGINT NOT NULL,
    body      BYTEA NOT NULL,
    PRIMARY KEY (source, source_id, type)
);
CREATE INDEX import_waiting_party ON import_waiting (source, party);

-- What each of them refers to that was not here, in the sender's terms.
CREATE TABLE import_wants (
    source    TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    type      TEXT COLLATE "C" NOT NULL,
    target    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (source, source_id, type, target)
);

-- +goose Down
DROP TABLE import_wants;
DROP TABLE import_waiting;
DROP TABLE import_seen;
DROP TABLE import_ids;
