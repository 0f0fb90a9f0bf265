-- Beijing days on which payments are only claimed: the calendar asks of every day whether anything was paid on it. By the day and
-- not by the moment, so that what an import writes together lies together.
CREATE INDEX orders_claimed_days ON orders ((claimed_paid_at + 28800000) / 86400000, profile)
WHERE paid_at IS NULL AND claimed_paid_at IS NOT NULL;
-- Whether the local side of a difference was only claimed, and nothing of it verified, when it was found.
ALTER TABLE day_differences ADD COLUMN is_claim INTEGER NOT NULL DEFAULT 0 CHECK (is_claim IN (0, 1));
