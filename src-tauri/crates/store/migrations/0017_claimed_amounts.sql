-- What a merchant's own file says an order was for is a claim: the first verified report that names the amount corrects the record,
-- once, and what was claimed stays beside it.
ALTER TABLE orders ADD COLUMN claimed_total_fee INTEGER;

DROP TRIGGER record_is_never_changed;
CREATE TRIGGER record_is_never_changed BEFORE UPDATE OF profile, appid, mch_id, out_trade_no, origin, sign_type, attach, openid, created_at, create_asked_seq ON orders
WHEN NEW.profile IS NOT OLD.profile OR NEW.appid IS NOT OLD.appid OR NEW.mch_id IS NOT OLD.mch_id OR NEW.out_trade_no IS NOT OLD.out_trade_no
  OR NEW.origin IS NOT OLD.origin OR NEW.sign_type IS NOT OLD.sign_type OR NEW.attach IS NOT OLD.attach
  OR NEW.openid IS NOT OLD.openid OR NEW.created_at IS NOT OLD.created_at OR NEW.create_asked_seq IS NOT OLD.create_asked_seq
BEGIN SELECT RAISE(ABORT, 'the record of an order is never changed'); END;
CREATE TRIGGER amount_is_never_changed BEFORE UPDATE OF total_fee, claimed_total_fee ON orders
WHEN (NEW.total_fee IS NOT OLD.total_fee OR NEW.claimed_total_fee IS NOT OLD.claimed_total_fee)
  AND NOT (OLD.origin = 1 AND OLD.claimed_total_fee IS NULL AND OLD.paid_fee IS NULL AND NEW.claimed_total_fee IS OLD.total_fee
    AND EXISTS (SELECT 1 FROM observation WHERE order_id = NEW.id AND verified = 1 AND total_fee = NEW.total_fee))
BEGIN SELECT RAISE(ABORT, 'the amount of an order is never changed, except a claimed one by verified evidence'); END;
