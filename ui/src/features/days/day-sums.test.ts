import { describe, expect, it } from "vitest";
import type { DayDetail } from "../../ipc/model";
import { daySums } from "./day-sums";

type Outcome = NonNullable<DayDetail["outcome"]>;

const class_ = (name: string, bill_fen: number, local_fen: number) => ({
  class: name,
  count: 1,
  open: 0,
  bill_fen,
  local_fen,
});
const outcome = (part: Partial<Outcome>) => part as Outcome;

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
