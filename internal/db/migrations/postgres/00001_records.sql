-- +goose Up

-- One row a chart. Its lock orders every change of the chart; '' is not here:
-- the shared chart (organizations, practitioners, schedules) has no head.
CREATE TABLE charts (
    patient_id  TEXT COLLATE "C" PRIMARY KEY,
    head        BIGINT NOT NULL DEFAULT 0,
    class_heads BYTEA NOT NULL,              -- last number per (category, labels)
    holds       BIGINT NOT NULL DEFAULT 0, -- resources ever held back until a time
    created_at  BIGINT NOT NULL
);

-- Current versions. Times are microseconds since 1970 UTC, here and everywhere.
CREATE TABLE resources (
    patient_id   TEXT COLLATE "C" NOT NULL,
    type         TEXT COLLATE "C" NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL,
    n            BIGINT NOT NULL,           -- number in chart_changes; 0 in the shared chart
    last_updated BIGINT NOT NULL,
    category     SMALLINT NOT NULL,
    labels       BIGINT NOT NULL DEFAULT 0, -- sensitive kinds, a bit each
    release_at   BIGINT NOT NULL DEFAULT 0, -- patients see it from then; 0: at once
    deleted      BOOLEAN NOT NULL DEFAULT FALSE,
    source       TEXT COLLATE "C" NOT NULL DEFAULT '',
    index_rules  BIGINT NOT NULL,           -- version of the rules that made its search rows
    sort_at      BIGINT NOT NULL DEFAULT 0, -- the main date of its type; 0: none
    body         BYTEA NOT NULL,
    PRIMARY KEY (patient_id, type, id)
);
CREATE INDEX resources_newest ON resources (patient_id, type, sort_at, id);

-- Every version ever; append-only.
CREATE TABLE resource_versions (
    patient_id   TEXT COLLATE "C" NOT NULL,
    type         TEXT COLLATE "C" NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL,
    n            BIGINT NOT NULL,
    last_updated BIGINT NOT NULL,
    kind         SMALLINT NOT NULL,         -- 1 create, 2 update, 3 delete
    category     SMALLINT NOT NULL,
    labels       BIGINT NOT NULL DEFAULT 0,
    release_at   BIGINT NOT NULL DEFAULT 0,
    author       TEXT NOT NULL,
    on_behalf_of TEXT NOT NULL DEFAULT '',  -- grant by which a proxy acted
    app          TEXT NOT NULL DEFAULT '',
    source       TEXT COLLATE "C" NOT NULL DEFAULT '',
    body         BYTEA NOT NULL,
    PRIMARY KEY (patient_id, type, id, version)
);

-- The one order of each chart.
CREATE TABLE chart_changes (
    patient_id      TEXT COLLATE "C" NOT NULL,
    n               BIGINT NOT NULL,
    type            TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    version         BIGINT NOT NULL,
    kind            SMALLINT NOT NULL,      -- 1 create, 2 update, 3 delete, 4 relabel, 5 release, 6 link
    before_category SMALLINT NOT NULL,      -- -1: was not there
    before_labels   BIGINT NOT NULL,
    after_category  SMALLINT NOT NULL,      -- -1: is not there any more
    after_labels    BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    PRIMARY KEY (patient_id, n)
);

-- Further charts that a resource with several patients belongs to.
CREATE TABLE resource_charts (
    patient_id TEXT COLLATE "C" NOT NULL,
    type       TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    home       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (patient_id, type, id)
);

-- Where a resource lives, for reads that know only its id.
CREATE TABLE resource_locator (
    type       TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    patient_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (type, id)
);

-- Search rows lead with the chart. "across" marks parameters that may be asked
-- without knowing the patient; a second index leads with the value for those.
CREATE TABLE search_token (
    patient_id TEXT COLLATE "C" NOT NULL,
    type       TEXT COLLATE "C" NOT NULL,
    param      TEXT COLLATE "C" NOT NULL,
    code       TEXT COLLATE "C" NOT NULL,
    system     TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    across     BOOLEAN NOT NULL,
    PRIMARY KEY (patient_id, type, param, code, system, id)
);
CREATE INDEX search_token_across ON search_token (type, param, code, system) WHERE across;

CREATE TABLE search_ref (
    patient_id  TEXT COLLATE "C" NOT NULL,
    type        TEXT COLLATE "C" NOT NULL,
    param       TEXT COLLATE "C" NOT NULL,
    target_id   TEXT COLLATE "C" NOT NULL,               -- id, or the whole URL when target_type is ''
    target_type TEXT COLLATE "C" NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    across      BOOLEAN NOT NULL,
    PRIMARY KEY (patient_id, type, param, target_id, target_type, id)
);
CREATE INDEX search_ref_across ON search_ref (type, param, target_id) WHERE across;

CREATE TABLE search_date (
    patient_id TEXT COLLATE "C" NOT NULL,
    type       TEXT COLLATE "C" NOT NULL,
    param      TEXT COLLATE "C" NOT NULL,
    lo         BIGINT NOT NULL,             -- [lo, hi) of the precision given
    hi         BIGINT NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    across     BOOLEAN NOT NULL,
    PRIMARY KEY (patient_id, type, param, lo, hi, id)
);
CREATE INDEX search_date_across ON search_date (type, param, lo) WHERE across;

CREATE TABLE search_string (
    patient_id TEXT COLLATE "C" NOT NULL,
    type       TEXT COLLATE "C" NOT NULL,
    param      TEXT COLLATE "C" NOT NULL,
    norm       TEXT COLLATE "C" NOT NULL,                -- folded: lower case, no accents
    exact      TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    across     BOOLEAN NOT NULL,
    PRIMARY KEY (patient_id, type, param, norm, exact, id)
);
CREATE INDEX search_string_across ON search_string (type, param, norm) WHERE across;

CREATE TABLE search_quantity (
    patient_id TEXT COLLATE "C" NOT NULL,
    type       TEXT COLLATE "C" NOT NULL,
    param      TEXT COLLATE "C" NOT NULL,
    value      DOUBLE PRECISION NOT NULL,
    lo         DOUBLE PRECISION NOT NULL,   -- implicit range of the precision given
    hi         DOUBLE PRECISION NOT NULL,
    code       TEXT COLLATE "C" NOT NULL,
    system     TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    across     BOOLEAN NOT NULL,
    PRIMARY KEY (patient_id, type, param, value, lo, hi, code, system, id)
);

CREATE TABLE search_uri (
    patient_id TEXT COLLATE "C" NOT NULL,
    type       TEXT COLLATE "C" NOT NULL,
    param      TEXT COLLATE "C" NOT NULL,
    value      TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    across     BOOLEAN NOT NULL,
    PRIMARY KEY (patient_id, type, param, value, id)
);
CREATE INDEX search_uri_across ON search_uri (type, param, value) WHERE across;

-- What screens list: one row a resource that is shown, written with it, so that
-- opening a chart decodes no FHIR.
CREATE TABLE entries (
    patient_id TEXT COLLATE "C" NOT NULL,
    type       TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    section    SMALLINT NOT NULL,
    at         BIGINT NOT NULL,
    timeline   BOOLEAN NOT NULL,            -- stands in the timeline by itself
    active     BOOLEAN NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,                -- the kind of fact: its code, opaque
    fact       TEXT COLLATE "C" NOT NULL,                -- the same fact from elsewhere has the same
    part_of    TEXT COLLATE "C" NOT NULL DEFAULT '',     -- report or visit it belongs to
    number     DOUBLE PRECISION,
    meaning    SMALLINT NOT NULL DEFAULT 0,
    words      TEXT NOT NULL DEFAULT '',    -- folded, what the timeline's search looks at
    category   SMALLINT NOT NULL,
    labels     BIGINT NOT NULL,
    release_at BIGINT NOT NULL,
    body       BYTEA NOT NULL,
    PRIMARY KEY (patient_id, type, id)
);
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
