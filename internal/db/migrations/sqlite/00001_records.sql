-- +goose Up

-- One row a chart. Its lock orders every change of the chart; '' is not here:
-- the shared chart (organizations, practitioners, schedules) has no head.
CREATE TABLE charts (
    patient_id  TEXT PRIMARY KEY,
    head        INTEGER NOT NULL DEFAULT 0,
    class_heads BLOB NOT NULL,              -- last number per (category, labels)
    holds       INTEGER NOT NULL DEFAULT 0, -- resources ever held back until a time
    created_at  INTEGER NOT NULL
) WITHOUT ROWID;

-- Current versions. Times are microseconds since 1970 UTC, here and everywhere.
CREATE TABLE resources (
    patient_id   TEXT NOT NULL,
    type         TEXT NOT NULL,
    id           TEXT NOT NULL,
    version      INTEGER NOT NULL,
    n            INTEGER NOT NULL,           -- number in chart_changes; 0 in the shared chart
    last_updated INTEGER NOT NULL,
    category     INTEGER NOT NULL,
    labels       INTEGER NOT NULL DEFAULT 0, -- sensitive kinds, a bit each
    release_at   INTEGER NOT NULL DEFAULT 0, -- patients see it from then; 0: at once
    deleted      BOOLEAN NOT NULL DEFAULT FALSE,
    source       TEXT NOT NULL DEFAULT '',
    index_rules  INTEGER NOT NULL,           -- version of the rules that made its search rows
    sort_at      INTEGER NOT NULL DEFAULT 0, -- the main date of its type; 0: none
    body         BLOB NOT NULL,
    PRIMARY KEY (patient_id, type, id)
);
CREATE INDEX resources_newest ON resources (patient_id, type, sort_at, id);

-- Every version ever; append-only.
CREATE TABLE resource_versions (
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

-- The one order of each chart.
CREATE TABLE chart_changes (
    patient_id      TEXT NOT NULL,
    n               INTEGER NOT NULL,
    type            TEXT NOT NULL,
    id              TEXT NOT NULL,
    version         INTEGER NOT NULL,
    kind            INTEGER NOT NULL,      -- 1 create, 2 update, 3 delete, 4 relabel, 5 release, 6 link
    before_category INTEGER NOT NULL,      -- -1: was not there
    before_labels   INTEGER NOT NULL,
    after_category  INTEGER NOT NULL,      -- -1: is not there any more
    after_labels    INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    PRIMARY KEY (patient_id, n)
) WITHOUT ROWID;

-- Further charts that a resource with several patients belongs to.
CREATE TABLE resource_charts (
    patient_id TEXT NOT NULL,
    type       TEXT NOT NULL,
    id         TEXT NOT NULL,
    home       TEXT NOT NULL,
    PRIMARY KEY (patient_id, type, id)
) WITHOUT ROWID;

-- Where a resource lives, for reads that know only its id.
CREATE TABLE resource_locator (
    type       TEXT NOT NULL,
    id         TEXT NOT NULL,
    patient_id TEXT NOT NULL,
    PRIMARY KEY (type, id)
) WITHOUT ROWID;

-- Search rows lead with the chart. "across" marks parameters that may be asked
-- without knowing the patient; a second index leads with the value for those.
CREATE TABLE search_token (
    patient_id TEXT NOT NULL,
    type       TEXT NOT NULL,
    param      TEXT NOT NULL,
    code       TEXT NOT NULL,
    system     TEXT NOT NULL,
    id         TEXT NOT NULL,
    across     BOOLEAN NOT NULL,
    PRIMARY KEY (patient_id, type, param, code, system, id)
) WITHOUT ROWID;
CREATE INDEX search_token_across ON search_token (type, param, code, system) WHERE across;

CREATE TABLE search_ref (
    patient_id  TEXT NOT NULL,
    type        TEXT NOT NULL,
    param       TEXT NOT NULL,
    target_id   TEXT NOT NULL,               -- id, or the whole URL when target_type is ''
    target_type TEXT NOT NULL,
    id          TEXT NOT NULL,
    across      BOOLEAN NOT NULL,
    PRIMARY KEY (patient_id, type, param, target_id, target_type, id)
) WITHOUT ROWID;
CREATE INDEX search_ref_across ON search_ref (type, param, target_id) WHERE across;

CREATE TABLE search_date (
    patient_id TEXT NOT NULL,
    type       TEXT NOT NULL,
    param      TEXT NOT NULL,
    lo         INTEGER NOT NULL,             -- [lo, hi) of the precision given
    hi         INTEGER NOT NULL,
    id         TEXT NOT NULL,
    across     BOOLEAN NOT NULL,
    PRIMARY KEY (patient_id, type, param, lo, hi, id)
) WITHOUT ROWID;
CREATE INDEX search_date_across ON search_date (type, param, lo) WHERE across;

CREATE TABLE search_string (
    patient_id TEXT NOT NULL,
    type       TEXT NOT NULL,
    param      TEXT NOT NULL,
    norm       TEXT NOT NULL,                -- folded: lower case, no accents
    exact      TEXT NOT NULL,
    id         TEXT NOT NULL,
    across     BOOLEAN NOT NULL,
    PRIMARY KEY (patient_id, type, param, norm, exact, id)
) WITHOUT ROWID;
CREATE INDEX search_string_across ON search_string (type, param, norm) WHERE across;

CREATE TABLE search_quantity (
    patient_id TEXT NOT NULL,
    type       TEXT NOT NULL,
    param      TEXT NOT NULL,
    value      REAL NOT NULL,
    lo         REAL NOT NULL,   -- implicit range of the precision given
    hi         REAL NOT NULL,
    code       TEXT NOT NULL,
    system     TEXT NOT NULL,
    id         TEXT NOT NULL,
    across     BOOLEAN NOT NULL,
    PRIMARY KEY (patient_id, type, param, value, lo, hi, code, system, id)
) WITHOUT ROWID;

CREATE TABLE search_uri (
    patient_id TEXT NOT NULL,
    type       TEXT NOT NULL,
    param      TEXT NOT NULL,
    value      TEXT NOT NULL,
    id         TEXT NOT NULL,
    across     BOOLEAN NOT NULL,
    PRIMARY KEY (patient_id, type, param, value, id)
) WITHOUT ROWID;
CREATE INDEX search_uri_across ON search_uri (type, param, value) WHERE across;

-- What screens list: one row a resource that is shown, written with it, so that
-- opening a chart decodes no FHIR.
CREATE TABLE entries (
    patient_id TEXT NOT NULL,
    type       TEXT NOT NULL,
    id         TEXT NOT NULL,
    section    INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    timeline   BOOLEAN NOT NULL,            -- stands in the timeline by itself
    active     BOOLEAN NOT NULL,
    kind       TEXT NOT NULL,                -- the kind of fact: its code, opaque
    fact       TEXT NOT NULL,                -- the same fact from elsewhere has the same
    part_of    TEXT NOT NULL DEFAULT '',     -- report or visit it belongs to
    number     REAL,
    meaning    INTEGER NOT NULL DEFAULT 0,
    words      TEXT NOT NULL DEFAULT '',    -- folded, what the timeline's search looks at
    category   INTEGER NOT NULL,
    labels     INTEGER NOT NULL,
    release_at INTEGER NOT NULL,
    body       BLOB NOT NULL,
    PRIMARY KEY (patient_id, type, id)
) WITHOUT ROWID;
CREATE INDEX entries_section ON entries (patient_id, section, at, id);
CREATE INDEX entries_timeline ON entries (patient_id, at, id) WHERE timeline;
CREATE INDEX entries_kind ON entries (patient_id, kind, at);
CREATE INDEX entries_part ON entries (patient_id, part_of) WHERE part_of <> '';

-- +goose Down
DROP TABLE entries;
DROP TABLE search_uri;
DROP TABLE search_quantity;
DROP TABLE search_string;
DROP TABLE search_date;
DROP TABLE search_ref;
DROP TABLE search_token;
DROP TABLE resource_locator;
DROP TABLE resource_charts;
DROP TABLE chart_changes;
DROP TABLE resource_versions;
DROP TABLE resources;
DROP TABLE charts;
