-- The log of conversations, and the accounts of those who answer.
-- Moments are milliseconds since 1970 (BIGINT), lists and documents are JSON (TEXT).

-- Everybody whose inputs are told apart: `v:` and a visitor's id, `a:` and an agent's.
CREATE TABLE authors (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- One row a conversation with what its newest event left. The rising number stands for the
-- public id everywhere else: it is short, and conversations of one hour share index pages.
CREATE TABLE conversations (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    visitor BIGINT NOT NULL REFERENCES authors (number),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    status TEXT NOT NULL,
    team TEXT,
    agent TEXT,
    lang TEXT NOT NULL,
    topic TEXT,
    deadline BIGINT,
    read_by_visitor BIGINT NOT NULL DEFAULT 0,
    read_by_agent BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX conversations_by_visitor ON conversations (visitor);
CREATE INDEX conversations_by_status ON conversations (status, updated_at);
CREATE INDEX conversations_by_deadline ON conversations (deadline) WHERE deadline IS NOT NULL;

-- What hello said, apart from the row that every turn rewrites.
CREATE TABLE profiles (
    conversation INTEGER PRIMARY KEY REFERENCES conversations (number),
    body TEXT NOT NULL
);

-- The log. Rows stand in the order in which they came, so a commit fills whole pages.
CREATE TABLE events (
    conversation BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (conversation, seq)
);

-- Which inputs were applied, and as which event: an input counts once, for ever.
CREATE TABLE inputs (
    author BIGINT NOT NULL,
    frame TEXT NOT NULL,
    conversation BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (author, frame)
) WITHOUT ROWID;

CREATE TABLE agents (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    teams TEXT NOT NULL,
    languages TEXT NOT NULL,
    password TEXT NOT NULL,
    must_change_password BIGINT NOT NULL,
    disabled BIGINT NOT NULL
);

CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    agent TEXT NOT NULL REFERENCES agents (id),
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_agent ON sessions (agent);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE keys (
    name TEXT NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL
);

-- Written to learn whether the database can be written to.
CREATE TABLE pulse (
    id INTEGER PRIMARY KEY,
    beats BIGINT NOT NULL
);
INSERT INTO pulse (id, beats) VALUES (1, 0);
