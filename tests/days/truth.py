"""What was planted in a day, and whether a table of differences names each of it once and nothing else.

    python truth.py DAY_FOLDER TABLE...
"""
import collections
import csv
import pathlib
import sys


def planted(folder):
    """The class and number of every difference of the day."""
    with open(folder / "truth_ids.csv", encoding="utf-8") as file:
        return collections.Counter(tuple(line.strip().split(",")) for line in file)


def named(rows):
    """The same of the rows of a table."""
    return collections.Counter((row["class"], number(row)) for row in rows)


def number(row):
    """The column that the truth names a difference by."""
    if row["class"] == "duplicate_payment":
        return row["transaction_id"]
    return row["refund_id"] if row["class"].startswith("refund_") else row["out_trade_no"]


def rows_of(table):
    """The rows of a table that was written; none where there is none."""
    if not table.exists():
        return []
    with open(table, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def differing(what, found, expected):
    if found == expected:
        return []
    return [f"{what} not found {list((expected - found).items())[:5]}, invented {list((found - expected).items())[:5]}"]


if __name__ == "__main__":
    folder, *tables = map(pathlib.Path, sys.argv[1:])
    expected = planted(folder)
    faults = [fault for table in tables for fault in differing(table.name, named(rows_of(table)), expected)]
    if faults:
        sys.exit("\n".join(faults))
