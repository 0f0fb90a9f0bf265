"""Wrong fees in a day that was made: some rows get another fee or rate, the bill's summary still ties out, and the truth says
which rows are off, in the words of `wxpay reconcile --json`."""
import decimal
import gzip
import json

STATE, SETTLED, REFUNDED, FEE, RATE = "交易状态", "应结订单金额", "退款金额", "手续费", "费率"
# Up to a fen is no difference; a fee is exact in hundred-millionths of a yuan.
FEN = 1_000_000
RATES = ["0.00%", "0.20%", "0.385%", "0.54%", "0.61%", "1.00%"]


def fee_text(count):
    return f"{'-' if count < 0 else ''}{abs(count) // 100_000}.{abs(count) % 100_000:05}"


def count_of(yuan, per_yuan):
    return int(decimal.Decimal(yuan) * per_yuan)


def rate_ppm(text):
    return count_of(text.removesuffix("%"), 10_000)


def rate_text(ppm):
    """As the program writes it, which is not always as the bill does."""
    return f"{ppm // 10_000}.{ppm % 10_000 // 100:02}%" if ppm % 100 == 0 else f"{ppm // 10_000}.{ppm % 10_000:04}%"


def base_fen(row):
    """What the fee is taken of."""
    return -count_of(row[REFUNDED], 100) if row[STATE] == "REFUND" else count_of(row[SETTLED], 100)


def off_by_a_hair(row, draw):
    row[FEE] = fee_text(count_of(row[FEE], 100_000) + draw.choice([-1001, 1001]))


def off(row, draw):
    row[FEE] = fee_text(count_of(row[FEE], 100_000) + draw.choice([-1, 1]) * draw.randint(1001, 500_000))


def off_by_a_fen(row, draw):
    row[FEE] = fee_text(count_of(row[FEE], 100_000) + draw.choice([-1000, 1000]))


def other_rate(row, draw):
    row[RATE] = draw.choice(RATES)


def other_rate_and_its_fee(row, draw):
    other_rate(row, draw)
    # Rounded to the fen, as some merchants' are.
    row[FEE] = fee_text((base_fen(row) * rate_ppm(row[RATE]) + FEN // 2) // FEN * 1000)


# The first two are off whatever the amount, the third and the last never, the fourth where the amount is large enough.
WAYS = [off_by_a_hair, off, off_by_a_fen, other_rate, other_rate_and_its_fee]


def plant(folder, draw):
    """Changes one to three payments and refunds in each way."""
    bill = folder / "bill.csv"
    lines = bill.read_bytes().decode().split("\n")
    titles = lines[0].removeprefix("\ufeff").rstrip("\r").split(",")
    # Behind the rows stand two lines of the summary and what follows the last line end.
    rows = [dict(zip(titles, line[1:].split(",`"), strict=True)) for line in lines[1:-3]]
    payments = [place for place, row in enumerate(rows) if row[STATE] != "REFUND"]
    refunds = [place for place, row in enumerate(rows) if row[STATE] == "REFUND"]
    fees_off, more = [], 0
    for kind in (payments, refunds):
        ways = [way for way in WAYS for _ in range(draw.randint(1, 3))]
        for way, place in zip(ways, draw.sample(kind, len(ways))):
            row = rows[place]
            more -= count_of(row[FEE], 100_000)
            way(row, draw)
            more += count_of(row[FEE], 100_000)
            lines[place + 1] = ",".join(f"`{row[title]}" for title in titles)
            fees_off += told(place + 2, row)
    truth = json.loads((folder / "truth.json").read_text())
    before, truth["bill"]["fee_1e5"] = truth["bill"]["fee_1e5"], truth["bill"]["fee_1e5"] + more
    said, summed = f",`{fee_text(before)},", f",`{fee_text(before + more)},"
    assert lines[-2].count(said) == 1, lines[-2]
    lines[-2] = lines[-2].replace(said, summed)
    truth["fees_off"] = sorted(fees_off, key=lambda fee: fee["bill_line"])
    (folder / "truth.json").write_text(json.dumps(truth))
    text = "\n".join(lines).encode()
    bill.write_bytes(text)
    if (folder / "bill.csv.gz").exists():
        (folder / "bill.csv.gz").write_bytes(gzip.compress(text))


def told(line, row):
    """What is to be said of a row that was changed: nothing where its fee is right to the fen."""
    base, ppm, fee = base_fen(row), rate_ppm(row[RATE]), count_of(row[FEE], 100_000)
    gap = fee * 1000 - base * ppm
    if abs(gap) <= FEN:
        return []
    return [{
        "bill_line": line,
        "out_trade_no": row["商户订单号"],
        "transaction_id": row["微信订单号"],
        "refund_id": row["微信退款单号"] if row[STATE] == "REFUND" else None,
        "base_fen": base,
        "rate": rate_text(ppm),
        "fee_1e5_yuan": fee,
        "expected_1e8_yuan": base * ppm,
        "gap_1e8_yuan": gap,
    }]
