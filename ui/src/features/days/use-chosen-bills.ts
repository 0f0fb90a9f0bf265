import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { ChosenBill } from "../../ipc/model";
import { chosenBillsQuery } from "../../ipc/queries";
import { invalidate } from "../../ipc/tags";

const NONE: readonly ChosenBill[] = [];

/**
 * The bills that were chosen or dropped: those that a run of the day that is open takes, which are its own, damaged ones, and one
 * that is chosen alone and tells no day; and those that wait.
 */
export function useChosenBills(date: string | undefined) {
  const client = useQueryClient();
  const report = useReport();
  const { data } = useQuery(chosenBillsQuery());
  const forget = useMutation({
    mutationFn: (gone: readonly ChosenBill[]) => desk().dayBillsClear(gone.map((bill) => bill.number)),
    onSuccess: () => invalidate(client, { tags: ["days"], ids: [] }),
    onError: report,
  });
  const bills = data?.bills ?? NONE;
  const isMeant = (bill: ChosenBill) =>
    bill.problem !== null || (bill.date === null ? bills.length === 1 : bill.date === date);
  const isTaken = (bill: ChosenBill) => date !== undefined && isMeant(bill);
  return {
    taken: bills.filter(isTaken),
    waiting: bills.filter((bill) => !isTaken(bill)),
    /** Files that found no room. */
    leftOut: { names: data?.left_out ?? [], count: data?.left_out_count ?? 0, most: data?.most ?? 0 },
    forget: forget.mutate,
  };
}
