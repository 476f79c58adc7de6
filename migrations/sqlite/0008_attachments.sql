-- Files that were sent; their bytes lie beside the database, each under its id.
CREATE TABLE attachments (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    -- `v:` and a visitor's id, or `a:` and an agent's.
    author TEXT NOT NULL,
    -- The conversation in which it was sent; none until then.
    conversation TEXT,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- 1 when the file is to be removed, and then this row.
    doomed BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX attachments_by_author ON attachments (author);
CREATE INDEX attachments_by_conversation ON attachments (conversation);
CREATE INDEX attachments_by_age ON attachments (at) WHERE doomed = 0;
CREATE INDEX attachments_doomed ON attachments (number) WHERE doomed = 1;
