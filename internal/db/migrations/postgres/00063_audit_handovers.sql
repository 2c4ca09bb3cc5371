-- +goose Up

-- From which key to which the log of accesses was handed over to be signed, under the
-- signatures of both.
CREATE TABLE audit_handovers (
    n    BIGINT PRIMARY KEY,
    body TEXT NOT NULL
);

-- +goose Down
DROP TABLE audit_handovers;
