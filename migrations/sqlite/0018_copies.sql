-- That this database is a copy of another: a backup. Whoever holds something from the original that
-- the copy does not have must let go of it when the copy begins to serve.
CREATE TABLE copies (
    taken_at BIGINT NOT NULL,
    -- When a server first opened it; until then none has.
    served_from BIGINT
);
