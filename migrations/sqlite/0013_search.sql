-- Finding conversations by what people wrote in them. SQLite only: the index is FTS5.

-- What people wrote, by the number of its event. The bot's words are the content's, alike in every
-- conversation, and would bury what is looked for.
CREATE VIEW said (number, conversation, seq, text) AS
SELECT rowid, conversation, seq,
    CASE WHEN json_valid(body) THEN
        CASE json_extract(body, '$.kind')
            WHEN 'message' THEN
                CASE WHEN json_extract(body, '$.from.role') <> 'bot'
                    THEN json_extract(body, '$.text') END
            WHEN 'note' THEN json_extract(body, '$.text')
            WHEN 'transferred' THEN json_extract(body, '$.note')
            WHEN 'ended' THEN json_extract(body, '$.note')
            WHEN 'rated' THEN json_extract(body, '$.comment')
        END
    END
FROM events;

-- The index keeps words and places; texts stay in the log alone.
CREATE VIRTUAL TABLE said_index USING fts5 (
    text, content = 'said', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2'
);
-- What is taken out leaves its pages, instead of being marked as gone.
INSERT INTO said_index (said_index, rank) VALUES ('secure-delete', 1);

-- The number up to which events have been taken in: the index follows the log, so that no append
-- waits for it.
CREATE TABLE said_until (
    id INTEGER PRIMARY KEY,
    number BIGINT NOT NULL
);
INSERT INTO said_until (id, number) VALUES (1, 0);
