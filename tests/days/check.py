"""Days with a known truth: makes them, has `wxpay reconcile` judge them, and compares every class and every number.

    python check.py --wxpay PATH [--days 10] [--seed 1]

Each day has its own size, rate of planted differences, date, line ends, byte order mark, packing and goods names.
"""
import argparse
import collections
import csv
import json
import pathlib
import random
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def key(row):
    """The column that the truth names a difference by."""
    if row["class"] == "duplicate_payment":
        return row["transaction_id"]
    return row["refund_id"] if row["class"].startswith("refund_") else row["out_trade_no"]


def judge(wxpay, folder, date, packed):
    bill = folder / ("bill.csv.gz" if packed else "bill.csv")
    words = [wxpay, "reconcile", "--json", "--date", date, "--out", folder / "out", "--bill", bill]
    words += ["--orders", folder / "orders.csv", "--refunds", folder / "refunds.csv"]
    run = subprocess.run(words, capture_output=True, check=False)
    if run.returncode != 1:
        sys.exit(f"exit {run.returncode} instead of 1: {run.stderr.decode()}")
    with open(folder / "out" / "differences.csv", newline="", encoding="utf-8") as file:
        return json.loads(run.stdout), collections.Counter((row["class"], key(row)) for row in csv.DictReader(file))


def compare(answer, found, folder):
    truth = json.loads((folder / "truth.json").read_text())
    with open(folder / "truth_ids.csv", encoding="utf-8") as file:
        planted = collections.Counter(tuple(line.strip().split(",")) for line in file)
    counts = {name: tally["count"] for name, tally in answer["classes"].items() if tally["count"]}
    faults = []
    if counts != {name: count for name, count in truth["counts"].items() if count}:
        faults.append(f"counts {counts} instead of {truth['counts']}")
    if found != planted:
        faults.append(f"not found {list((planted - found).items())[:5]}, invented {list((found - planted).items())[:5]}")
    for name in ("rows", "payments", "refunds", "settle_fen", "refund_fen", "total_fen", "fee_1e5"):
        if answer["bill"][name] != truth["bill"][name]:
            faults.append(f"{name} {answer['bill'][name]} instead of {truth['bill'][name]}")
    if answer["fee_diff"]["count"] or answer["malformed"]["count"]:
        faults.append(f"{answer['fee_diff']} {answer['malformed']}")
    return faults, sum(planted.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wxpay", required=True)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    planted = 0
    for seed in range(arguments.seed, arguments.seed + arguments.days):
        draw = random.Random(seed)
        date = f"20{draw.randint(20, 30)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
        packed = draw.random() < 0.3
        options = ["--rows", draw.choice([2000, 3000, 5000]), "--rate", draw.choice([0.002, 0.02, 0.1, 0.3])]
        options += ["--eol", draw.choice(["crlf", "lf"])]
        options += [word for word in ("--no-bom", "--hostile") if draw.random() < 0.5] + ["--gzip"] * packed
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            make = [sys.executable, HERE / "gen_bill.py", "--seed", seed, "--date", date, "--out", folder, *options]
            subprocess.run([str(word) for word in make], check=True, capture_output=True)
            faults, count = compare(*judge(arguments.wxpay, folder, date, packed), folder)
        if faults:
            sys.exit(f"seed {seed}, {date}, {options}:\n  " + "\n  ".join(faults))
        planted += count
    print(f"{arguments.days} days: {planted} planted differences, each found once, none invented")


main()
