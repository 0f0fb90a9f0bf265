-- What the summary of a bill says beyond the rows that could be read; nothing where every row was, or of bills that were kept
-- before this was.
ALTER TABLE day_bills ADD COLUMN unread_total_fen INTEGER;
ALTER TABLE day_bills ADD COLUMN unread_refund_fen INTEGER;

-- A bill from before is told once what it lacked.
CREATE TRIGGER day_bill_unread_is_never_changed BEFORE UPDATE OF unread_total_fen, unread_refund_fen ON day_bills
WHEN (OLD.unread_total_fen IS NOT NULL AND NEW.unread_total_fen IS NOT OLD.unread_total_fen)
  OR (OLD.unread_refund_fen IS NOT NULL AND NEW.unread_refund_fen IS NOT OLD.unread_refund_fen)
BEGIN SELECT RAISE(ABORT, 'a bill that was seen stays as it was'); END;
