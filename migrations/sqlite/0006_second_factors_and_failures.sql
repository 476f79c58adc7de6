-- Second factors of agents' accounts, and sign-ins that failed.

CREATE TABLE second_factors (
    agent TEXT NOT NULL PRIMARY KEY REFERENCES agents (id),
    secret BLOB NOT NULL,
    -- 0 until a first code has shown that the agent's app has it.
    confirmed BIGINT NOT NULL,
    -- The time step of the newest code that was taken: a code is good once.
    last_step BIGINT NOT NULL,
    -- What is kept of the recovery codes that are left (a JSON list).
    recovery TEXT NOT NULL
);

-- By a keyed pseudonym of the address that was typed, be there an account or not.
CREATE TABLE sign_in_failures (
    account TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    failed_at BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (failed_at);
