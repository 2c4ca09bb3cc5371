-- +goose Up

-- Who of the care team has a conversation open now. A row counts until its time;
-- shown says whether the patient's side may know that somebody is there.
CREATE TABLE thread_presence (
    patient_id TEXT NOT NULL,
    thread TEXT NOT NULL,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    shown BOOLEAN NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (patient_id, thread, account)
);
CREATE INDEX thread_presence_until ON thread_presence (until_at);

-- +goose Down
DROP TABLE thread_presence;
