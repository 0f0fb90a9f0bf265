"""Days with a known truth: makes them, has `wxpay reconcile` judge them, and compares every class, number and wrong fee.

    python check.py --wxpay PATH [--days 10] [--seed 1]

Each day has its own size, rate of planted differences, date, line ends, byte order mark, packing and goods names; on every
second some fees are wrong. Of every ten one is compared with a store too, and one is settled by the bill of the day after.
"""
import argparse
import collections
import datetime
import decimal
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import plant_fees
from truth import differing, named, planted, rows_of

HERE = pathlib.Path(__file__).parent
# Between two lines that say how far it is.
TOLD_S = 10


def run(words, folder, exits=(0,)):
    """What a program says; it ends everything where the program fails."""
    words = [str(word) for word in words]
    ended = subprocess.run(words, cwd=folder, capture_output=True, check=False)
    if ended.returncode not in exits:
        sys.exit(f"{' '.join(words)}: exit {ended.returncode}: {ended.stderr.decode()}")
    return ended.stdout


def judge(wxpay, folder, date, bill):
    words = ["reconcile", "--json", "--date", date, "--out", "out", "--bill", bill]
    answer = json.loads(run([wxpay, *words, "--orders", "orders.csv", "--refunds", "refunds.csv"], folder, [1]))
    faults = compare(answer, rows_of(folder / "out" / "differences.csv"), folder)
    written = [int(row["bill_line"]) for row in rows_of(folder / "out" / "fees.csv")]
    if written != [fee["bill_line"] for fee in answer["fee_diff"]["rows"]]:
        faults.append(f"lines {written} in fees.csv")
    return faults


def compare(answer, rows, folder):
    truth = json.loads((folder / "truth.json").read_text())
    counts = {name: tally["count"] for name, tally in answer["classes"].items() if tally["count"]}
    faults = []
    if counts != {name: count for name, count in truth["counts"].items() if count}:
        faults.append(f"counts {counts} instead of {truth['counts']}")
    faults += differing("differences", named(rows), planted(folder))
    for name in ("rows", "payments", "refunds", "settle_fen", "refund_fen", "total_fen", "fee_1e5"):
        if answer["bill"][name] != truth["bill"][name]:
            faults.append(f"{name} {answer['bill'][name]} instead of {truth['bill'][name]}")
    if not answer["bill"]["summary_ok"] or answer["malformed"]["count"]:
        faults.append(f"{answer['bill']} {answer['malformed']}")
    fees, wrong = answer["fee_diff"], truth.get("fees_off", [])
    faults += differing("fees", texts(fees["rows"]), texts(wrong))
    gap = sum(fee["gap_1e8_yuan"] for fee in wrong)
    if (fees["count"], fees["amount_fee_1e8_yuan"]) != (len(wrong), gap):
        faults.append(f"{fees['count']} fees off by {fees['amount_fee_1e8_yuan']} instead of {len(wrong)} by {gap}")
    return faults


def texts(rows):
    return collections.Counter(json.dumps(row, sort_keys=True) for row in rows)


class Desk:
    """A folder of data with the merchant whose bills are made, where a day is kept."""

    def __init__(self, wxpay, folder):
        self.wxpay, self.folder = wxpay, folder
        (folder / "key.txt").write_text("daysDAYSdaysDAYSdaysDAYSdaysDAYS")
        (folder / "pass.txt").write_text("only for checking")
        gateway = ["--environment", "simulator", "--base-url", "http://127.0.0.1:9", "--key-file", "key.txt"]
        self.run("profile", "add", "shop", *gateway, "--appid", "wx2421b1c4370ec43b", "--mch-id", "1900000109")

    def run(self, *words):
        data = ["--data-dir", "desk", "--passphrase-file", "pass.txt", "--json"]
        return json.loads(run([self.wxpay, *words, *data], self.folder, [0, 1]))

    def show(self, date, *more):
        return self.run("day", "show", date, "--limit", "100000", "--profile", "shop", *more)


def judge_by_store(wxpay, folder, date, bill):
    """The same day against a store that has the orders and refunds, and as the store keeps what came of it."""
    desk = Desk(wxpay, folder)
    desk.run("order", "import", "orders.csv", "--profile", "shop")
    run([sys.executable, HERE / "seed_refunds.py", folder / "desk" / "desk.sqlite3", folder, "shop"], folder)
    answer = desk.run("reconcile", "--bill", bill, "--date", date, "--profile", "shop")
    kept = desk.show(date)
    faults = compare(answer, kept["differences"], folder)
    faults += differing("kept fees", texts(kept["fee_diff"]["rows"]), texts(answer["fee_diff"]["rows"]))
    if answer["local"]["source"] != "store":
        faults.append(f"compared with {answer['local']}")
    return [f"by the store: {fault}" for fault in faults]


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
    desk = Desk(wxpay, folder)
    own = ["--orders", "orders.csv", "--refunds", "refunds.csv", "--profile", "shop"]
    desk.run("reconcile", "--bill", "bill.csv", "--date", date, *own)
    kept = desk.run("reconcile", "--bill", "next.csv", "--date", day, *own)["kept"]
    found = {}
    for name in ("day_cut_local", "local_only"):
        page = desk.show(date, "--class", name)
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
        self.differences = self.fees = self.by_store = self.settled = 0

    def day(self, done, folder):
        self.differences += len((folder / "truth_ids.csv").read_text().splitlines())
        self.fees += len(json.loads((folder / "truth.json").read_text()).get("fees_off", []))
        now = time.monotonic()
        if now - self.last < TOLD_S or done == self.days:
            return
        self.last, taken = now, now - self.began
        rest = round(taken / done * (self.days - done))
        print(f"{done} of {self.days} days, {self.found()}; {done / taken:.2f} days/s, {rest // 60} min {rest % 60:02} s left",
              flush=True)

    def found(self):
        return f"{self.differences} planted differences and {self.fees} wrong fees, each found once, none invented"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wxpay", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    wxpay, told = arguments.wxpay, Told(arguments.days)
    for seed in range(arguments.seed, arguments.seed + arguments.days):
        draw = random.Random(seed)
        date = f"20{draw.randint(20, 30)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
        packed = draw.random() < 0.3
        bill = "bill.csv.gz" if packed else "bill.csv"
        options = ["--rows", draw.choice([2000, 3000, 5000]), "--rate", draw.choice([0.002, 0.02, 0.1, 0.3])]
        options += ["--eol", draw.choice(["crlf", "lf"])]
        options += [word for word in ("--no-bom", "--hostile") if draw.random() < 0.5] + ["--gzip"] * packed
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            run([sys.executable, HERE / "gen_bill.py", "--seed", seed, "--date", date, "--out", folder, *options], folder)
            if draw.random() < 0.5:
                plant_fees.plant(folder, draw)
            faults = judge(wxpay, folder, date, bill)
            if seed % 10 == 3:
                faults += judge_by_store(wxpay, folder, date, bill)
                told.by_store += 1
            if seed % 10 == 1:
                faults += settle(wxpay, folder, date)
                told.settled += 1
            if faults:
                sys.exit(f"seed {seed}, {date}, {options}:\n  " + "\n  ".join(faults))
            told.day(seed - arguments.seed + 1, folder)
    print(f"{arguments.days} days: {told.found()}; {told.by_store} days the same by the store, {told.settled} settled by the bill"
          " of the day after")


main()
