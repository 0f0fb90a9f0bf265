-- What arrived at the notify_url and how it was judged. Accepted ones stay; refused ones are kept up to a number, because anybody
-- may send them.
CREATE TABLE notices (
    id             INTEGER PRIMARY KEY,
    received_at    INTEGER NOT NULL,
    kind           TEXT    CHECK (kind IN ('payment', 'refund')),
    profile        TEXT,
    mch_id         TEXT,
    -- As the message has them: unproven where the verdict is a refusal.
    out_trade_no   TEXT,
    transaction_id TEXT,
    out_refund_no  TEXT,
    refund_status  TEXT,
    verdict        INTEGER NOT NULL CHECK (verdict BETWEEN 0 AND 5),
    effect         INTEGER CHECK (effect BETWEEN 0 AND 4),
    checks         TEXT    NOT NULL,
    duplicate_of   INTEGER,
    attempt        INTEGER NOT NULL CHECK (attempt >= 1),
    next_due_at    INTEGER,
    took_ms        INTEGER,
    peer           TEXT,
    -- The last time it was passed on to a program on this machine, and what that answered.
    forward_url    TEXT,
    forward_status INTEGER,
    forward_answer TEXT,
    forward_took_ms INTEGER,
    digest         BLOB    NOT NULL CHECK (length(digest) = 32),
    body           BLOB    NOT NULL
) STRICT;
CREATE INDEX notices_received ON notices (received_at);
CREATE INDEX notices_order ON notices (mch_id, out_trade_no, kind);
CREATE INDEX notices_refused ON notices (id) WHERE verdict = 5;
