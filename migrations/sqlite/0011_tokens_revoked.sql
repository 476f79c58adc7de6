-- A customer who ended a conversation proves anew who they are before the next: whoever sits down at
-- the same browser is not them. Unlike a sign-out, this leaves the bank's own word good.
ALTER TABLE customers ADD COLUMN revoked_at BIGINT NOT NULL DEFAULT 0;
