-- When a person's data went, and whom to tell of it.

-- The moment a conversation's records were erased.
ALTER TABLE conversations ADD COLUMN erased_at BIGINT;
-- The moment its profile was blanked, when only that was due.
ALTER TABLE conversations ADD COLUMN blanked_at BIGINT;

-- What a retention period may end for; no turn of an open conversation touches these.
CREATE INDEX conversations_to_erase ON conversations (updated_at)
    WHERE status = 'ended' AND erased_at IS NULL;
CREATE INDEX conversations_to_blank ON conversations (updated_at)
    WHERE status = 'ended' AND blanked_at IS NULL;

-- Erased conversations in the order in which they went: a server reads here what another process
-- erased, and tells who is connected.
CREATE TABLE erasures (
    number INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX erasures_by_age ON erasures (at);
