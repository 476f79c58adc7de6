-- What agents call a conversation, and how many conversations an agent takes at once.

-- A JSON list; none when they call it nothing.
ALTER TABLE conversations ADD COLUMN tags TEXT;
CREATE INDEX conversations_tagged ON conversations (number) WHERE tags IS NOT NULL;

-- None: as many as their team's agents do.
ALTER TABLE agents ADD COLUMN capacity BIGINT;
