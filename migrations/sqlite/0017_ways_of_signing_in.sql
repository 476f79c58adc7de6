-- By which way a session began: 'password', or 'provider' where somebody else vouched.
ALTER TABLE sessions ADD COLUMN way TEXT NOT NULL DEFAULT 'password';
