import { describe, expect, it } from "vitest";
import type { DayDetail } from "../../ipc/model";
import { dayFee, daySums } from "./day-sums";

type Outcome = NonNullable<DayDetail["outcome"]>;
type Bill = DayDetail["bills"][number];

const class_ = (name: string, bill_fen: number, local_fen: number) => ({
  class: name,
  count: 1,
  open: 0,
  bill_fen,
  local_fen,
});
const outcome = (part: Partial<Outcome>) => part as Outcome;
const bill = (kind: string, rows: number, fee_milli_fen: number) => ({ kind, rows, fee_milli_fen }) as Bill;

describe("the sums of a day", () => {
  it("tell payments from refunds, those that agree and those that differ, and take refunds off the net", () => {
    const classes = [
      class_("matched", 1000, 1000),
      class_("local_only", 0, 50),
      class_("refund_matched", 300, 300),
      class_("refund_bill_only", 20, 0),
    ];
    expect(daySums(outcome({ classes }))).toEqual({
      payments: { bill_fen: 1000, local_fen: 1050, gap_fen: 50 },
      refunds: { bill_fen: 320, local_fen: 300, gap_fen: -20 },
      net: { bill_fen: 680, local_fen: 750, gap_fen: 70 },
    });
  });
});

describe("the fee of a day", () => {
  const day = (bill_rows: number, ...bills: Bill[]) => ({ bills, outcome: outcome({ bill_rows }) });

  it("is that of its bills, and of the one of all kinds where narrower ones are beside it", () => {
    expect(dayFee(day(5, bill("SUCCESS", 3, 900), bill("REFUND", 2, -100)))).toBe(800);
    expect(dayFee(day(6, bill("ALL", 4, 700), bill("REFUND", 2, -100)))).toBe(700);
  });

  it("leaves out bills whose rows are not compared", () => {
    expect(dayFee(day(4, bill("ALL", 4, 700), bill("RECHARGE_REFUND", 9, 1), bill("FUNDFLOW", 9, 1)))).toBe(700);
  });

  it("is not guessed where WeChat gave another bill too, or none is known any more", () => {
    expect(dayFee(day(4, bill("ALL", 4, 700), bill("ALL", 4, 600)))).toBeNull();
    expect(dayFee(day(4))).toBeNull();
  });
});
