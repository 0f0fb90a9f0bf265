-- What needs a person is counted from indexes alone and listed by place, however much it is; what a person has seen is a value of
-- the one counter, so that a clock that is set back hides nothing that comes later.
ALTER TABLE orders ADD COLUMN changed_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refunds ADD COLUMN changed_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notices ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;

-- Seen evidence up to this value of the counter, of a profile; of all where the name is empty.
CREATE TABLE alarms_seen_through (
    profile TEXT    PRIMARY KEY,
    seq     INTEGER NOT NULL CHECK (seq >= 0)
) STRICT, WITHOUT ROWID;

-- What was seen so far stays behind every value of the counter; what was not gets one.
UPDATE counter SET value = value + 1 WHERE EXISTS (SELECT 1 FROM notices WHERE verdict = 3);
UPDATE orders SET changed_seq = last_seq WHERE flags & 27 <> 0 AND NOT EXISTS (
    SELECT 1 FROM alarm_seen s WHERE s.kind IN ('conflict', 'paid_after_close', 'unknown', 'unverified_answer')
    AND s.profile = orders.profile AND s.subject = orders.out_trade_no AND s.at >= orders.changed_at);
UPDATE refunds SET changed_seq = last_seq WHERE (conflict = 1 OR state IN (2, 4)) AND NOT EXISTS (
    SELECT 1 FROM alarm_seen s WHERE s.kind IN ('refund_conflict', 'refund_change', 'refund_unknown')
    AND s.profile = refunds.profile AND s.subject = refunds.out_refund_no AND s.at >= refunds.changed_at);
UPDATE notices SET seq = (SELECT value FROM counter) WHERE verdict = 3 AND duplicate_of IS NULL AND NOT EXISTS (
    SELECT 1 FROM alarm_seen s WHERE s.kind = 'orphan_notice' AND s.profile = notices.profile AND s.subject = CAST(notices.id AS TEXT));
DELETE FROM alarm_seen WHERE kind NOT IN ('key_refused', 'certificate_expired', 'certificate_expires', 'bill_changed');

DROP INDEX orders_alarm;
CREATE INDEX orders_alarm ON orders (changed_at, id, changed_seq, flags, profile) WHERE flags & 27 <> 0;
DROP INDEX refunds_alarm;
CREATE INDEX refunds_alarm ON refunds (changed_at, id, changed_seq, state, conflict, origin, profile) WHERE conflict = 1 OR state IN (2, 4);
DROP INDEX notices_orphan;
CREATE INDEX notices_orphan ON notices (received_at, id, seq, profile, mch_id, out_trade_no, out_refund_no, verdict, duplicate_of)
WHERE verdict = 3 AND duplicate_of IS NULL;
