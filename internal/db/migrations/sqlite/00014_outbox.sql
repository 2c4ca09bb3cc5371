-- +goose Up

-- One order over the changes of all charts, for type history, system history and
-- subscriptions: seq. There is one writer, so it is the order of commits. tx is
-- for PostgreSQL, where it is not, and always 0 here.
ALTER TABLE charts ADD COLUMN tx INTEGER NOT NULL DEFAULT 0;

CREATE TABLE ordered_versions (
    seq          INTEGER PRIMARY KEY,
    patient_id   TEXT NOT NULL,
    type         TEXT NOT NULL,
    id           TEXT NOT NULL,
    version      INTEGER NOT NULL,
    n            INTEGER NOT NULL,
    last_updated INTEGER NOT NULL,
    kind         INTEGER NOT NULL,         -- 1 create, 2 update, 3 delete
    category     INTEGER NOT NULL,
    labels       INTEGER NOT NULL DEFAULT 0,
    release_at   INTEGER NOT NULL DEFAULT 0,
    author       TEXT NOT NULL,
    on_behalf_of TEXT NOT NULL DEFAULT '',  -- grant by which a proxy acted
    app          TEXT NOT NULL DEFAULT '',
    source       TEXT NOT NULL DEFAULT '',
    body         BLOB NOT NULL,
    tx           INTEGER NOT NULL DEFAULT 0,
    UNIQUE (patient_id, type, id, version)
);
INSERT INTO ordered_versions (seq, patient_id, type, id, version, n, last_updated, kind, category, labels, release_at, author, on_behalf_of, app, source, body)
SELECT row_number() OVER (ORDER BY reached, patient_id, n, version, type, id), patient_id, type, id, version, n, last_updated, kind, category, labels, release_at, author, on_behalf_of, app, source, body FROM (
    SELECT *, max(last_updated) OVER (
        PARTITION BY patient_id, CASE WHEN patient_id = '' THEN type || '/' || id END ORDER BY n, version ROWS UNBOUNDED PRECEDING) AS reached
    FROM resource_versions)
ORDER BY 1;
DROP TABLE resource_versions;
ALTER TABLE ordered_versions RENAME TO resource_versions;
CREATE INDEX resource_versions_type ON resource_versions (type, seq);

-- +goose Down
CREATE TABLE unordered_versions (
    patient_id   TEXT NOT NULL,
    type         TEXT NOT NULL,
    id           TEXT NOT NULL,
    version      INTEGER NOT NULL,
    n            INTEGER NOT NULL,
    last_updated INTEGER NOT NULL,
    kind         INTEGER NOT NULL,         -- 1 create, 2 update, 3 delete
    category     INTEGER NOT NULL,
    labels       INTEGER NOT NULL DEFAULT 0,
    release_at   INTEGER NOT NULL DEFAULT 0,
    author       TEXT NOT NULL,
    on_behalf_of TEXT NOT NULL DEFAULT '',  -- grant by which a proxy acted
    app          TEXT NOT NULL DEFAULT '',
    source       TEXT NOT NULL DEFAULT '',
    body         BLOB NOT NULL,
    PRIMARY KEY (patient_id, type, id, version)
);
INSERT INTO unordered_versions SELECT patient_id, type, id, version, n, last_updated, kind, category, labels, release_at, author, on_behalf_of, app, source, body FROM resource_versions ORDER BY seq;
DROP TABLE resource_versions;
ALTER TABLE unordered_versions RENAME TO resource_versions;
ALTER TABLE charts DROP COLUMN tx;
