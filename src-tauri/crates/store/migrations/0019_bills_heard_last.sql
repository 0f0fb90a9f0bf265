-- When each text of a day's bill or fund flow was heard, WeChat's word that there is none included. A text can come back, so that what
-- was heard last counts, which has the highest place; the same again after itself is not noted.
CREATE TABLE day_heard (
    place    INTEGER PRIMARY KEY,
    bill     INTEGER REFERENCES day_bills (id),
    flow     INTEGER REFERENCES day_flows (id),
    heard_at INTEGER NOT NULL,
    -- WeChat gave it then; 0 where somebody's file says it, which takes nothing back that WeChat said.
    fetched  INTEGER NOT NULL CHECK (fetched IN (0, 1)),
    CHECK ((bill IS NULL) <> (flow IS NULL))
) STRICT;
CREATE INDEX day_heard_bill ON day_heard (bill) WHERE bill IS NOT NULL;
CREATE INDEX day_heard_flow ON day_heard (flow) WHERE flow IS NOT NULL;
CREATE TRIGGER day_heard_is_never_deleted BEFORE DELETE ON day_heard
BEGIN SELECT RAISE(ABORT, 'what was heard of a bill stays heard'); END;
CREATE TRIGGER day_heard_is_never_changed BEFORE UPDATE ON day_heard
BEGIN SELECT RAISE(ABORT, 'what was heard of a bill stays heard'); END;

-- Whether these were downloaded nobody knows any more; as WeChat's word none of their alarms is lost.
INSERT INTO day_heard (bill, heard_at, fetched) SELECT id, seen_at, 1 FROM day_bills ORDER BY id;
INSERT INTO day_heard (flow, heard_at, fetched) SELECT id, seen_at, 1 FROM day_flows ORDER BY id;

-- A fund flow's alarm has a mark of its own now. Of a day that never had two texts of one bill, the mark was the fund flow's.
INSERT INTO alarm_seen (kind, profile, subject, at)
SELECT s.kind, s.profile, s.subject || ' FUNDFLOW', s.at FROM alarm_seen s WHERE s.kind = 'bill_changed' AND NOT EXISTS (
    SELECT 1 FROM day_bills b WHERE b.profile = s.profile
    AND strftime('%Y-%m-%d', (b.date + 28800000) / 1000, 'unixepoch') = s.subject GROUP BY b.kind HAVING count(*) > 1);
