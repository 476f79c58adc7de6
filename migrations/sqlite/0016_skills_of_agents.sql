-- The topics that an agent is best at, as a JSON list.
ALTER TABLE agents ADD COLUMN skills TEXT NOT NULL DEFAULT '[]';
