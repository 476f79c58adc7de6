-- Older revisions of the content for conversations that run on them, and work that follows events.

-- The revisions of the content that a conversation's running dialogues need (a JSON list).
ALTER TABLE conversations ADD COLUMN pins TEXT;

-- The files of the dialogues of a revision, as JSON; kept while a conversation needs them.
CREATE TABLE revisions (
    name TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
);

-- What is to be done because of an event. A row goes in the transaction that appends its result.
CREATE TABLE effects (
    conversation BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    due BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    body TEXT NOT NULL,
    PRIMARY KEY (conversation, seq)
);
CREATE INDEX effects_by_due ON effects (due);
