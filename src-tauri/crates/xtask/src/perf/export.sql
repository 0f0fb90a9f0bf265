SELECT out_trade_no, coalesce(transaction_id, claimed_transaction_id) AS transaction_id, shown_state, state, trade_type,
       total_fee, paid_fee, refunded_fee, body, attach, openid, created_at, coalesce(paid_at, claimed_paid_at) AS paid_at,
       profile, mch_id, appid, origin, flags, claimed_total_fee
FROM orders
ORDER BY created_at DESC
