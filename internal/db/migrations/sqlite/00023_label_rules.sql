-- +goose Up

-- By which rules the labels of a chart were set: when the rules change, the charts
-- of before are relabelled, one after the other.
ALTER TABLE charts ADD COLUMN label_rules INTEGER NOT NULL DEFAULT 0;
-- The oldest rules by which somebody wrote since the relabelling of it began.
ALTER TABLE charts ADD COLUMN label_floor INTEGER NOT NULL DEFAULT 0;
CREATE INDEX charts_label_rules ON charts (label_rules, patient_id);

-- One node of all relabels: the one that holds the lease. rules: of the shared chart.
CREATE TABLE relabelling (
    id     INTEGER PRIMARY KEY,
    holder TEXT NOT NULL,
    until  INTEGER NOT NULL,
    rules  INTEGER NOT NULL
);
INSERT INTO relabelling (id, holder, until, rules) VALUES (1, '', 0, 0);

-- +goose Down
DROP TABLE relabelling;
DROP INDEX charts_label_rules;
ALTER TABLE charts DROP COLUMN label_floor;
ALTER TABLE charts DROP COLUMN label_rules;
