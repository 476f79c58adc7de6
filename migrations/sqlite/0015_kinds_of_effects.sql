-- One event may want more than one effect: one of each kind. Mail has a queue of its own, so that a
-- mail server that hangs holds up no call.
CREATE TABLE effects_by_kind (
    conversation BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    due BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    body TEXT NOT NULL,
    PRIMARY KEY (conversation, seq, kind)
);
INSERT INTO effects_by_kind (conversation, seq, kind, due, tries, body)
SELECT conversation, seq,
    CASE WHEN json_valid(body) AND json_extract(body, '$.work') = 'unread'
        THEN 'unread' ELSE 'call' END,
    due, tries, body
FROM effects;
DROP TABLE effects;
ALTER TABLE effects_by_kind RENAME TO effects;
CREATE INDEX effects_by_kind_and_due ON effects (kind, due);
