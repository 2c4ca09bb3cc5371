-- +goose Up

-- Pictures that were shared in the chat of a visit, each with a line of its own, until
-- they go to the record or their time is over.
CREATE TABLE visit_images (
    id           TEXT PRIMARY KEY, -- of its line in visit_chat
    visit        TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size         INTEGER NOT NULL,
    sha256       BLOB NOT NULL,
    given        BLOB NOT NULL,            -- digest of what was sent, to know it when it comes again
    blob         TEXT NOT NULL,
    blob_key     BLOB NOT NULL
);
CREATE INDEX visit_images_visit ON visit_images (visit);

-- Written by somebody who was let to this one visit and to nothing else.
ALTER TABLE visit_chat ADD COLUMN passing BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE visit_chat DROP COLUMN passing;
DROP TABLE visit_images;
