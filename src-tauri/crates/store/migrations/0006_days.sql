-- Days that are reconciled: the bills that were seen, runs over them, what did not agree, and what people said to it. All of
-- it append-only; where a difference or a day stands is derived.
CREATE TABLE day_bills (
    id            INTEGER PRIMARY KEY,
    profile       TEXT    NOT NULL,
    -- The first millisecond of the Beijing day.
    date          INTEGER NOT NULL CHECK ((date + 28800000) % 86400000 = 0),
    kind          TEXT    NOT NULL CHECK (kind IN ('ALL', 'SUCCESS', 'REFUND', 'RECHARGE_REFUND', 'FUNDFLOW')),
    -- How many columns: the generation. None for a day of which WeChat said that there is no bill.
    columns       INTEGER NOT NULL CHECK (columns >= 0),
    -- SHA-256 of the plain text.
    digest        BLOB    NOT NULL CHECK (length(digest) = 32),
    rows          INTEGER NOT NULL,
    payments      INTEGER NOT NULL,
    refunds       INTEGER NOT NULL,
    malformed     INTEGER NOT NULL,
    summary_ok    INTEGER NOT NULL CHECK (summary_ok IN (0, 1)),
    total_fen     INTEGER NOT NULL,
    settle_fen    INTEGER NOT NULL,
    refund_fen    INTEGER NOT NULL,
    fee_milli_fen INTEGER NOT NULL,
    seen_at       INTEGER NOT NULL,
    -- Where it was found last.
    file          TEXT,
    UNIQUE (profile, date, kind, digest)
) STRICT;

CREATE TABLE day_runs (
    id            INTEGER PRIMARY KEY,
    profile       TEXT    NOT NULL,
    date          INTEGER NOT NULL CHECK ((date + 28800000) % 86400000 = 0),
    -- Of what went in and what came out: the same inputs are the same run.
    digest        BLOB    NOT NULL CHECK (length(digest) = 32),
    -- The highest one of a day is the one that counts.
    turn          INTEGER NOT NULL,
    is_complete   INTEGER NOT NULL CHECK (is_complete IN (0, 1)),
    basis         TEXT    NOT NULL CHECK (basis IN ('order', 'settle', 'cash')),
    day_cut_s     INTEGER NOT NULL,
    -- The merchant's own side: a file, or 'store'.
    orders        TEXT,
    refunds       TEXT,
    balanced      INTEGER NOT NULL CHECK (balanced IN (0, 1)),
    differences   INTEGER NOT NULL,
    malformed     INTEGER NOT NULL,
    local_orders  INTEGER NOT NULL,
    local_refunds INTEGER NOT NULL,
    out_of_scope  INTEGER NOT NULL,
    not_compared  INTEGER NOT NULL,
    time_marked   INTEGER NOT NULL,
    fee_count     INTEGER NOT NULL,
    fee_milli_fen INTEGER NOT NULL,
    -- The local amounts less those of the bill.
    payments_gap_fen INTEGER NOT NULL,
    refunds_gap_fen  INTEGER NOT NULL,
    ran_at        INTEGER NOT NULL,
    ran_by        TEXT    NOT NULL,
    UNIQUE (profile, date, digest)
) STRICT;
CREATE INDEX day_runs_current ON day_runs (profile, date, turn);

CREATE TABLE day_run_bills (
    run  INTEGER NOT NULL REFERENCES day_runs (id),
    bill INTEGER NOT NULL REFERENCES day_bills (id),
    PRIMARY KEY (run, bill)
) STRICT, WITHOUT ROWID;

CREATE TABLE day_classes (
    run        INTEGER NOT NULL REFERENCES day_runs (id),
    class      TEXT    NOT NULL,
    count      INTEGER NOT NULL,
    bill_rows  INTEGER NOT NULL,
    local_rows INTEGER NOT NULL,
    bill_fen   INTEGER NOT NULL,
    local_fen  INTEGER NOT NULL,
    PRIMARY KEY (run, class)
) STRICT, WITHOUT ROWID;

CREATE TABLE day_differences (
    run            INTEGER NOT NULL REFERENCES day_runs (id),
    place          INTEGER NOT NULL,
    -- The same difference in every run of its day.
    identity       BLOB    NOT NULL CHECK (length(identity) = 16),
    -- What it said: a handling holds as long as this stays.
    facts          BLOB    NOT NULL CHECK (length(facts) = 16),
    class          TEXT    NOT NULL,
    -- Whether it keeps the day open.
    counts         INTEGER NOT NULL CHECK (counts IN (0, 1)),
    reason         TEXT    NOT NULL,
    -- The other amounts of WeChat that the local one equals.
    same_as        TEXT,
    -- Why a row cannot be read.
    fault          TEXT,
    fault_en       TEXT,
    out_trade_no   TEXT,
    transaction_id TEXT,
    refund_id      TEXT,
    out_refund_no  TEXT,
    -- What differs, and both sides of it; amounts are in fen.
    field          TEXT,
    bill_value     TEXT,
    local_value    TEXT,
    bill_fen       INTEGER,
    local_fen      INTEGER,
    bill           INTEGER,
    bill_line      INTEGER,
    local_line     INTEGER,
    -- Where differences may concentrate.
    hour           INTEGER CHECK (hour BETWEEN 0 AND 23),
    device_info    TEXT,
    trade_type     TEXT,
    sub_mch_id     TEXT,
    attach         TEXT,
    PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX day_differences_identity ON day_differences (identity, run);
CREATE INDEX day_differences_class ON day_differences (run, class, place);

CREATE TABLE day_notes (
    id       INTEGER PRIMARY KEY,
    profile  TEXT    NOT NULL,
    date     INTEGER NOT NULL CHECK ((date + 28800000) % 86400000 = 0),
    -- The difference; nothing for a note about the day.
    identity BLOB    CHECK (length(identity) = 16),
    -- 0 remark, 1 resolve, 2 carry over, 3 ignore, 4 reopen, 5 close the day, 6 reopen the day.
    kind     INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 6),
    -- What the difference said when this was said to it.
    facts    BLOB    CHECK (length(facts) = 16),
    -- The run that was looked at.
    run      INTEGER NOT NULL REFERENCES day_runs (id),
    said_by  TEXT    NOT NULL,
    said_at  INTEGER NOT NULL,
    text     TEXT    NOT NULL,
    CHECK ((kind IN (5, 6)) <= (identity IS NULL)),
    CHECK ((kind BETWEEN 1 AND 4) <= (identity IS NOT NULL)),
    CHECK ((identity IS NULL) = (facts IS NULL))
) STRICT;
CREATE INDEX day_notes_of ON day_notes (profile, date, identity, id);

CREATE TRIGGER day_note_is_never_changed BEFORE UPDATE ON day_notes
BEGIN SELECT RAISE(ABORT, 'what was said stays said'); END;
CREATE TRIGGER day_note_is_never_deleted BEFORE DELETE ON day_notes
BEGIN SELECT RAISE(ABORT, 'what was said stays said'); END;
CREATE TRIGGER day_bill_is_never_deleted BEFORE DELETE ON day_bills
BEGIN SELECT RAISE(ABORT, 'a bill that was seen stays known'); END;
CREATE TRIGGER day_bill_is_never_changed BEFORE UPDATE OF profile, date, kind, columns, digest, rows, payments, refunds, malformed, summary_ok, total_fen, settle_fen, refund_fen, fee_milli_fen, seen_at ON day_bills
BEGIN SELECT RAISE(ABORT, 'a bill that was seen stays as it was'); END;
CREATE TRIGGER day_run_is_never_changed BEFORE UPDATE OF id, profile, date, digest, basis, day_cut_s, orders, refunds, balanced, differences, malformed, local_orders,
  local_refunds, out_of_scope, not_compared, time_marked, fee_count, fee_milli_fen, payments_gap_fen, refunds_gap_fen, ran_at, ran_by ON day_runs
BEGIN SELECT RAISE(ABORT, 'a run stays as it was'); END;
CREATE TRIGGER day_run_stays_complete BEFORE UPDATE OF is_complete ON day_runs WHEN OLD.is_complete = 1
BEGIN SELECT RAISE(ABORT, 'a run stays as it was'); END;
CREATE TRIGGER day_run_is_never_deleted BEFORE DELETE ON day_runs WHEN OLD.is_complete = 1
BEGIN SELECT RAISE(ABORT, 'a run is never deleted'); END;
CREATE TRIGGER day_difference_is_never_changed BEFORE UPDATE ON day_differences
BEGIN SELECT RAISE(ABORT, 'a difference stays as it was found'); END;
-- What a run left behind that never ended may go.
CREATE TRIGGER day_difference_is_never_deleted BEFORE DELETE ON day_differences
WHEN (SELECT is_complete FROM day_runs WHERE id = OLD.run) = 1
BEGIN SELECT RAISE(ABORT, 'a difference is never deleted'); END;
