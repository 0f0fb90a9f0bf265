-- What needs a person is found by an index, however much evidence there is.
CREATE INDEX refunds_alarm ON refunds (changed_at) WHERE conflict = 1 OR state IN (2, 4);
CREATE INDEX notices_orphan ON notices (received_at) WHERE verdict = 3 AND duplicate_of IS NULL;

-- Alarms that a person has seen, as they were then; one that changed afterwards is new again.
CREATE TABLE alarm_seen (
    kind    TEXT    NOT NULL,
    profile TEXT    NOT NULL,
    -- The number or day that it is about; empty where it is about the merchant.
    subject TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (kind, profile, subject)
) STRICT, WITHOUT ROWID;

-- Merchants whose answers do not verify, one after another, until one does.
CREATE TABLE refused_keys (
    environment TEXT    NOT NULL,
    mch_id      TEXT    NOT NULL,
    since       INTEGER NOT NULL,
    PRIMARY KEY (environment, mch_id)
) STRICT, WITHOUT ROWID;
