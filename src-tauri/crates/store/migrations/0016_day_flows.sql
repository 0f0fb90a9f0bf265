-- Fund flows that were seen, each account told apart, and WeChat's word that there is none. Nothing is compared with them, so that they
-- are no bill of their day; they are kept because another text of the same one is an alarm.
CREATE TABLE day_flows (
    id          INTEGER PRIMARY KEY,
    profile     TEXT    NOT NULL,
    -- The first millisecond of the Beijing day.
    date        INTEGER NOT NULL CHECK ((date + 28800000) % 86400000 = 0),
    account     TEXT    NOT NULL CHECK (account IN ('Basic', 'Operation', 'Fees')),
    -- WeChat said that there is none.
    is_none     INTEGER NOT NULL CHECK (is_none IN (0, 1)),
    -- SHA-256 of the plain text.
    digest      BLOB    NOT NULL CHECK (length(digest) = 32),
    rows        INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,
    -- Where it was found last.
    file        TEXT,
    UNIQUE (profile, date, account, digest)
) STRICT;
CREATE TRIGGER day_flow_is_never_deleted BEFORE DELETE ON day_flows
BEGIN SELECT RAISE(ABORT, 'a fund flow that was seen stays known'); END;
CREATE TRIGGER day_flow_is_never_changed BEFORE UPDATE OF id, profile, date, account, is_none, digest, rows, seen_at ON day_flows
BEGIN SELECT RAISE(ABORT, 'a fund flow that was seen stays as it was'); END;
