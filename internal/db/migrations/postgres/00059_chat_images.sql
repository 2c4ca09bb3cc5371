-- +goose Up

-- Pictures that were shared in the chat of a visit, each with a line of its own, until
-- they go to the record or their time is over.
CREATE TABLE visit_images (
    id           TEXT COLLATE "C" PRIMARY KEY, -- of its line in visit_chat
    visit        TEXT COLLATE "C" NOT NULL,
    content_type TEXT COLLATE "C" NOT NULL,
    size         BIGINT NOT NULL,
    sha256       BYTEA NOT NULL,
    given        BYTEA NOT NULL,            -- digest of what was sent, to know it when it comes again
    blob         TEXT COLLATE "C" NOT NULL,
    blob_key     BYTEA NOT NULL
);
CREATE INDEX visit_images_visit ON visit_images (visit);

-- Written by somebody who was let to this one visit and to nothing else.
ALTER TABLE visit_chat ADD COLUMN passing BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE visit_chat DROP COLUMN passing;
DROP TABLE visit_images;
