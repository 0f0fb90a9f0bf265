-- Fees of a day that are off: rows of the bills whose fee is not what base and rate give. A mark beside the class of the row.
CREATE TABLE day_fees (
    run            INTEGER NOT NULL REFERENCES day_runs (id),
    place          INTEGER NOT NULL,
    bill           INTEGER NOT NULL REFERENCES day_bills (id),
    bill_line      INTEGER NOT NULL,
    out_trade_no   TEXT    NOT NULL,
    transaction_id TEXT    NOT NULL,
    -- Of a refund.
    refund_id      TEXT,
    -- What the fee is taken of: settled less given back, so that of a refund it is negative.
    base_fen       INTEGER NOT NULL,
    -- In millionths.
    rate_ppm       INTEGER NOT NULL CHECK (rate_ppm >= 0),
    fee_milli_fen  INTEGER NOT NULL,
    PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER day_fee_is_never_changed BEFORE UPDATE ON day_fees
BEGIN SELECT RAISE(ABORT, 'a fee stays as it was found'); END;
-- What a run left behind that never ended may go.
CREATE TRIGGER day_fee_is_never_deleted BEFORE DELETE ON day_fees
WHEN (SELECT is_complete FROM day_runs WHERE id = OLD.run) = 1
BEGIN SELECT RAISE(ABORT, 'a fee is never deleted'); END;
