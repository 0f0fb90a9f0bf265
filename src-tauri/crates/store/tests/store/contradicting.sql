-- Orders that contradict themselves, as if as many answers had come, all in one millisecond: what no gateway could send in a test.
WITH RECURSIVE n (n) AS (SELECT :first UNION ALL SELECT n + 1 FROM n WHERE n < :last)
INSERT INTO orders (profile, appid, mch_id, out_trade_no, origin, sign_type, total_fee, body, created_at, state, shown_state, flags, advice,
                    changed_at, changed_seq, last_seq)
SELECT 'shop', 'wx0000000000000001', '1900000001', 'MANY-' || n, 1, 'MD5', 1, 'T', :at, 0, 0, 2, 2, :at,
       (SELECT value FROM counter) + n, 0
FROM n;
UPDATE counter SET value = value + :last + 1;
