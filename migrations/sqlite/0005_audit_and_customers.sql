-- What agents and administrators did, and the visitors whom the bank knows.

-- A chain: each hash covers the one before it. What stands here is never changed and never cut.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    hash BLOB NOT NULL
);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

-- Visitors who became a customer, by the customer's keyed pseudonym. A customer's conversations
-- stand under their one main visitor.
CREATE TABLE customers (
    visitor TEXT NOT NULL PRIMARY KEY,
    customer TEXT NOT NULL,
    main BIGINT NOT NULL,
    signed_out_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX customers_by_main ON customers (customer) WHERE main = 1;
CREATE INDEX customers_by_customer ON customers (customer);
