"""Days with a known truth: makes them, has `wxpay reconcile` judge them, and compares every class and every number.

    python check.py --wxpay PATH [--days 10] [--seed 1]

Each day has its own size, rate of planted differences, date, line ends, byte order mark, packing and goods names.
"""
import argparse
import collections
import csv
import datetime
import decimal
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
# Between two lines that say how far it is.
TOLD_S = 10


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


def next_bill(folder, numbers, date):
    """A bill of the day after with these orders, paid ten seconds after midnight; rows and sums as those of the first day's."""
    lines = (folder / "bill.csv").read_text(encoding="utf-8-sig").splitlines()
    titles = lines[0].split(",")
    rows = (line[1:].split(",`") for line in lines[1:])
    template = next(row for row in rows if row[titles.index("交易状态")] == "SUCCESS")
    day = (datetime.date.fromisoformat(date) + datetime.timedelta(days=1)).isoformat()
    out, of = [lines[0]], {title: template[place] for place, title in enumerate(titles)}
    for place, number in enumerate(numbers):
        row = of | {"交易时间": f"{day} 00:00:10", "商户订单号": number, "微信订单号": f"42{place:026}"}
        out.append(",".join(f"`{row[title]}" for title in titles))
    settled, total, fee = (decimal.Decimal(of[title]) * len(numbers) for title in ("应结订单金额", "订单金额", "手续费"))
    out += [lines[-2], f"`{len(numbers)},`{settled},`0.00,`0.00,`{fee},`{total},`0.00", ""]
    (folder / "next.csv").write_text("\r\n".join(out), encoding="utf-8")
    return day


def settle(wxpay, folder, date):
    """Keeps the day, and then the day after it, whose bill has every second order that waits for it."""
    with open(folder / "truth_ids.csv", encoding="utf-8") as file:
        waiting = [line.strip().split(",")[1] for line in file if line.startswith("day_cut_local,")]
    day = next_bill(folder, waiting[::2], date)
    (folder / "key.txt").write_text("daysDAYSdaysDAYSdaysDAYSdaysDAYS")
    (folder / "pass.txt").write_text("only for checking")

    def run(*words):
        profile = ["--data-dir", "desk", "--passphrase-file", "pass.txt", "--json"]
        answer = subprocess.run([wxpay, *words, *profile], cwd=folder, capture_output=True, check=False)
        if answer.returncode > 1:
            sys.exit(f"{words}: exit {answer.returncode}: {answer.stderr.decode()}")
        return json.loads(answer.stdout)

    gateway = ["--environment", "simulator", "--base-url", "http://127.0.0.1:9", "--key-file", "key.txt"]
    run("profile", "add", "shop", *gateway, "--appid", "wx2421b1c4370ec43b", "--mch-id", "1900000109")
    own = ["--orders", "orders.csv", "--refunds", "refunds.csv", "--profile", "shop"]
    run("reconcile", "--bill", "bill.csv", "--date", date, *own)
    kept = run("reconcile", "--bill", "next.csv", "--date", day, *own)["kept"]
    found = {}
    for name in ("day_cut_local", "local_only"):
        page = run("day", "show", date, "--class", name, "--limit", "100000", "--profile", "shop")
        found[name] = {row["out_trade_no"]: row["reason_zh"] for row in page["differences"]}
    faults = [] if kept["settled_beside"] == [date] else [f"settled {kept['settled_beside']}"]
    if found["day_cut_local"].keys() != set(waiting[::2]) or any("已在次日" not in why for why in found["day_cut_local"].values()):
        faults.append(f"found in the next bill: {found['day_cut_local']} instead of {waiting[::2]}")
    missing = {number for number, why in found["local_only"].items() if "两天的账单里都没有" in why}
    if missing != set(waiting[1::2]):
        faults.append(f"missing in both: {missing} instead of {waiting[1::2]}")
    return faults


class Told:
    """Says every few seconds how far it is, and how long the rest takes."""

    def __init__(self, days):
        self.days, self.began, self.last = days, time.monotonic(), time.monotonic()

    def day(self, done, planted):
        now = time.monotonic()
        if now - self.last < TOLD_S or done == self.days:
            return
        self.last, taken = now, now - self.began
        rest = round(taken / done * (self.days - done))
        print(f"{done} of {self.days} days, {planted} planted differences found, none invented; {done / taken:.2f} days/s,"
              f" {rest // 60} min {rest % 60:02} s left", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wxpay", required=True)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    planted = pairs = 0
    told = Told(arguments.days)
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
            # The day after is looked at for every tenth.
            if seed % 10 == 1:
                faults += settle(arguments.wxpay, folder, date)
                pairs += 1
        if faults:
            sys.exit(f"seed {seed}, {date}, {options}:\n  " + "\n  ".join(faults))
        planted += count
        told.day(seed - arguments.seed + 1, planted)
    print(f"{arguments.days} days: {planted} planted differences, each found once, none invented;"
          f" {pairs} days settled by the bill of the day after")


main()
