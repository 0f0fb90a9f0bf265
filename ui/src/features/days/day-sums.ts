import type { DayDetail } from "../../ipc/model";

type Outcome = NonNullable<DayDetail["outcome"]>;
/** Both sides of the rows that were compared, in fen, and the local side less the bill's. */
type SideSums = { bill_fen: number; local_fen: number; gap_fen: number };

/** What a run adds up to, by the amount that the merchant keeps; the net is payments less refunds. */
export function daySums({ classes }: Outcome): Record<"payments" | "refunds" | "net", SideSums> {
  const of = (isRefund: boolean) => {
    const mine = classes.filter((one) => one.class.startsWith("refund_") === isRefund);
    return sides(
      mine.reduce((fen, one) => fen + one.bill_fen, 0),
      mine.reduce((fen, one) => fen + one.local_fen, 0),
    );
  };
  const [payments, refunds] = [of(false), of(true)];
  const net = sides(payments.bill_fen - refunds.bill_fen, payments.local_fen - refunds.local_fen);
  return { payments, refunds, net };
}

const sides = (bill_fen: number, local_fen: number): SideSums => ({
  bill_fen,
  local_fen,
  gap_fen: local_fen - bill_fen,
});
