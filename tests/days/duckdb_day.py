"""The yardstick of `cargo xtask perf reconcile`: the same day in DuckDB, reading the same files, writing the same differences.

    python duckdb_day.py DAY_FOLDER DATE OUT_FILE
"""
import datetime
import json
import sys

import duckdb

folder, date, out = sys.argv[1:4]
day = datetime.date.fromisoformat(date)
before, after = day - datetime.timedelta(days=1), day + datetime.timedelta(days=1)
db = duckdb.connect()
columns = "{" + ",".join(f"'c{place}':'VARCHAR'" for place in range(27)) + "}"


def fen(column):
    return f"CAST(CAST(substr({column},2) AS DECIMAL(18,2))*100 AS BIGINT)"


db.execute(f"""CREATE TEMP TABLE bill AS
  SELECT row_number() OVER () AS line, ltrim(c0,'`') AS at, substr(c5,2) AS tx, substr(c6,2) AS otn, substr(c9,2) AS state,
    substr(c14,2) AS rid, {fen('c16')} AS refund, {fen('c24')} AS total, substr(c19,2) AS rstatus
  FROM read_csv('{folder}/bill.csv', header=false, skip=1, delim=',', quote='', escape='', columns={columns},
    null_padding=true, strict_mode=false, ignore_errors=true) WHERE c0 LIKE '`2%' AND c6 IS NOT NULL""")
for name in ("orders", "refunds"):
    db.execute(f"""CREATE TEMP TABLE {name} AS
      SELECT row_number() OVER () AS line, * FROM read_csv('{folder}/{name}.csv', header=true, all_varchar=true)""")
db.execute(f"""CREATE TEMP TABLE paid AS
  SELECT b.*, row_number() OVER (PARTITION BY b.otn ORDER BY (b.tx IS DISTINCT FROM o.transaction_id), b.at, b.line) AS rank,
    o.transaction_id AS otx, o.state AS ostate, CAST(o.total_fee AS BIGINT) AS ofee, o.paid_at AS opaid, o.line AS oline
  FROM bill b LEFT JOIN orders o ON o.out_trade_no=b.otn WHERE b.state<>'REFUND'""")
db.execute(f"""CREATE TEMP TABLE found AS
  SELECT CASE WHEN rank>1 THEN 'duplicate_payment' WHEN oline IS NULL THEN 'bill_only'
      WHEN NOT ((state='SUCCESS' AND ostate IN ('SUCCESS','REFUND')) OR (state='REVOKED' AND ostate='REVOKED')) OR otx<>tx
        THEN 'state_diff'
      WHEN ofee<>total THEN 'amount_diff'
      WHEN opaid>='{before} 23:55:00' AND opaid<'{day}' THEN 'day_cut_bill' ELSE 'matched' END AS class,
    otn, tx, '' AS rid, total AS bill_value, ofee AS local_value, line AS bill_line, oline AS local_line FROM paid
  UNION ALL
  SELECT CASE WHEN o.paid_at>='{day} 23:55:00' THEN 'day_cut_local' ELSE 'local_only' END,
    o.out_trade_no, o.transaction_id, '', NULL, CAST(o.total_fee AS BIGINT), NULL, o.line
  FROM orders o ANTI JOIN paid p ON p.otn=o.out_trade_no WHERE o.paid_at>='{day}' AND o.paid_at<'{after}'
  UNION ALL
  SELECT CASE WHEN r.line IS NULL THEN 'refund_bill_only' WHEN b.rstatus='SUCCESS' AND r.status<>'SUCCESS' THEN 'refund_state_diff'
      WHEN CAST(r.refund_fee AS BIGINT)<>b.refund THEN 'refund_amount_diff' ELSE 'refund_matched' END,
    b.otn, b.tx, b.rid, b.refund, CAST(r.refund_fee AS BIGINT), b.line, r.line
  FROM bill b LEFT JOIN refunds r ON r.refund_id=b.rid WHERE b.state='REFUND'
  UNION ALL
  SELECT 'refund_local_only', r.out_trade_no, r.transaction_id, r.refund_id, NULL, CAST(r.refund_fee AS BIGINT), NULL, r.line
  FROM refunds r ANTI JOIN bill b ON b.rid=r.refund_id WHERE r.created_at>='{day}' AND r.created_at<'{after}'""")
counts = db.execute("SELECT class, count(*) FROM found GROUP BY 1 ORDER BY 1").fetchall()
db.execute(f"""COPY (SELECT class, otn AS out_trade_no, tx AS transaction_id, rid AS refund_id, bill_value, local_value, bill_line, local_line
  FROM found WHERE class NOT IN ('matched','refund_matched') ORDER BY 1, 2) TO '{out}' (HEADER)""")
print(json.dumps(dict(counts)))
