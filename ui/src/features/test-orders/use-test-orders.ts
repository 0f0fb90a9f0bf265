import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { Progress, TestOrdersRequest } from "../../ipc/model";

/** An order as it was filled in: its amount is still the text that was typed. */
export type TestOrdersDraft = Omit<TestOrdersRequest, "total_fee_fen"> & { amount: string };

/** Creating test orders as one job: its progress while it runs, its result after, and a way to stop it. */
export function useTestOrders() {
  const [progress, setProgress] = useState<Progress | null>(null);
  const report = useReport();
  const create = useMutation({
    mutationFn: async ({ amount, ...rest }: TestOrdersDraft) => {
      setProgress(null);
      const { fen } = await desk().amountParse(amount, "yuan");
      return desk().testOrdersCreate({ ...rest, total_fee_fen: fen }, setProgress);
    },
  });
  const cancel = useMutation({ mutationFn: (job: number) => desk().jobCancel(job), onError: report });
  return {
    running: create.isPending,
    progress,
    result: create.data,
    draft: create.variables,
    error: create.error,
    start: (draft: TestOrdersDraft) => {
      cancel.reset();
      create.mutate(draft);
    },
    cancelling: create.isPending && !cancel.isIdle,
    cancel: () => progress && cancel.mutate(progress.job),
  };
}

export type TestOrdersJob = ReturnType<typeof useTestOrders>;
