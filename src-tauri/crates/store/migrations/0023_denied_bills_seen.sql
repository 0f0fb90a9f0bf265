-- That WeChat denies a bill which it had given is seen by itself now. A mark of the very time at which that was heard was of it. Where a
-- build before this step wrote the new mark as well, the older one stays: what is told twice is not lost.
UPDATE OR REPLACE alarm_seen SET subject = subject || ' NO_BILL' WHERE kind = 'bill_changed' AND EXISTS (
    SELECT 1 FROM day_bills b JOIN day_heard h ON h.bill = b.id
    WHERE b.profile = alarm_seen.profile AND strftime('%Y-%m-%d', (b.date + 28800000) / 1000, 'unixepoch') = alarm_seen.subject
    AND b.kind <> 'RECHARGE_REFUND' AND b.columns = 0 AND h.heard_at = alarm_seen.at);
