-- +goose Up

-- Which of our ids a resource of a sending system has: two hospitals'
-- Observation/1 never meet. A row is committed with the resource. An empty digest
-- is an id that is promised to a resource of the same import and not yet stored.
CREATE TABLE import_ids (
    source    TEXT NOT NULL,
    source_id TEXT NOT NULL,
    type      TEXT NOT NULL,
    id        TEXT NOT NULL,
    digest    BLOB NOT NULL,    -- of the content as it was sent
    standing  INTEGER NOT NULL, -- 0: a copy that a patient's bundle carried along; 1: sent for its own sake
    updated   INTEGER NOT NULL,   -- meta.lastUpdated at the sender; 0: not said
    weight    INTEGER NOT NULL,   -- bytes of the content
    PRIMARY KEY (source, source_id, type)
) WITHOUT ROWID;
CREATE UNIQUE INDEX import_ids_id ON import_ids (type, id);

-- Contents that newer ones replaced, so that old files change nothing when they
-- are imported again.
CREATE TABLE import_seen (
    source    TEXT NOT NULL,
    source_id TEXT NOT NULL,
    type      TEXT NOT NULL,
    digest    BLOB NOT NULL,
    PRIMARY KEY (source, source_id, type, digest)
) WITHOUT ROWID;

-- Resources that refer to what is not here yet.
CREATE TABLE import_waiting (
    source    TEXT NOT NULL,
    source_id TEXT NOT NULL,
    type      TEXT NOT NULL,
    party     TEXT NOT NULL, -- what goes in together: the patient, in the sender's terms
    digest    BLOB NOT NULL,
    standing  INTEGER NOT NULL,
    updated   INTEGER NOT NULL,
    weight    INTEGER NOT NULL,
    place     TEXT NOT NULL,             -- where it stood, for the report
    since     INTEGER NOT NULL,
    body      BLOB NOT NULL,
    PRIMARY KEY (source, source_id, type)
);
CREATE INDEX import_waiting_party ON import_waiting (source, party);

-- What each of them refers to that was not here, in the sender's terms.
CREATE TABLE import_wants (
    source    TEXT NOT NULL,
    source_id TEXT NOT NULL,
    type      TEXT NOT NULL,
    target    TEXT NOT NULL,
    PRIMARY KEY (source, source_id, type, target)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE import_wants;
DROP TABLE import_waiting;
DROP TABLE import_seen;
DROP TABLE import_ids;
