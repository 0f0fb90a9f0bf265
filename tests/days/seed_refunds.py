"""Puts the refunds of a day into a store that has its orders, as queries that found them would have: no command imports refunds.

    python seed_refunds.py DESK_SQLITE3 DAY_FOLDER PROFILE
"""
import csv
import datetime
import pathlib
import sqlite3
import sys

store, folder, profile = sys.argv[1:4]
BEIJING = datetime.timezone(datetime.timedelta(hours=8))
UNKNOWN, STATES = 2, {"SUCCESS": 5, "PROCESSING": 4}


def at_ms(text):
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=BEIJING).timestamp()) * 1000


db = sqlite3.connect(store)
first = db.execute("SELECT coalesce(max(received_seq), 0) FROM refund_observation").fetchone()[0]
(merchant,) = db.execute("SELECT mch_id FROM profiles WHERE name = ?", [profile]).fetchone()
with open(pathlib.Path(folder) / "refunds.csv", newline="", encoding="utf-8") as file:
    for number, row in enumerate(csv.DictReader(file), 1):
        order = db.execute("SELECT id, mch_id FROM orders WHERE mch_id = ? AND out_trade_no = ?",
                           [merchant, row["out_trade_no"]]).fetchone()
        created = at_ms(row["created_at"])
        done = at_ms(row["success_at"]) if row["success_at"] else None
        cursor = db.execute(
            "INSERT INTO refunds (order_id, profile, mch_id, out_refund_no, origin, refund_fee, created_at, state, advice,"
            " changed_at) VALUES (?, ?, ?, ?, 1, ?, ?, ?, 0, ?)",
            [order[0], profile, order[1], row["out_refund_no"], int(row["refund_fee"]), created, UNKNOWN, created])
        refund, sequence = cursor.lastrowid, first + number
        db.execute(
            "INSERT INTO refund_observation (received_seq, refund, asked_seq, source, asked_at, received_at, verified,"
            " signature, event, effect, reason, digest) VALUES (?, ?, ?, 0, ?, ?, 1, 0, 0, 0, 0, zeroblob(32))",
            [sequence, refund, sequence, created, created])
        db.execute("UPDATE refunds SET refund_id = ?, success_at = coalesce(?, ?), state = ?, last_seq = ? WHERE id = ?",
                   [row["refund_id"], done, created, STATES[row["status"]], sequence, refund])
db.commit()
