import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { ImportPreview, Progress, SheetMapping } from "../../ipc/model";
import { searchReadyQuery } from "../../ipc/queries";

/** What a column may be read as, in the order in which it is offered. */
export const FIELDS = [
  "out_trade_no",
  "total_fee",
  "transaction_id",
  "state",
  "body",
  "created_at",
  "paid_at",
  "trade_type",
  "openid",
  "attach",
  "sign_type",
  "mch_id",
] as const;

/** What a column of a file of refunds may be read as. */
export const REFUND_FIELDS = [
  "refund_id",
  "out_refund_no",
  "refund_fee",
  "refund_status",
  "created_at",
  "success_at",
  "out_trade_no",
  "transaction_id",
] as const;
export type SheetField = (typeof FIELDS)[number] | (typeof REFUND_FIELDS)[number];

/** The mapping with this title read as that field, or as nothing that was said before. */
export function withColumn(mapping: SheetMapping, title: string, field: string | null): SheetMapping {
  const others = mapping.columns.filter((column) => column.title !== title && column.field !== field);
  return { ...mapping, columns: field === null ? others : [...others, { field, title }] };
}

/** The mapping with this word of the file standing for that state. */
export function withState(mapping: SheetMapping, word: string, state: string): SheetMapping {
  return { ...mapping, states: [...mapping.states.filter((one) => one.word !== word), { word, state }] };
}

/** The mapping for another sheet, whose titles are found anew. */
export function ofSheet(mapping: SheetMapping, sheet: string | null): SheetMapping {
  return { ...mapping, sheet, columns: [] };
}

/** One file from choosing to its result: how it would be read, what is said about it, progress and a way to stop. */
export function useImport(profile: string) {
  const [shown, setShown] = useState<ImportPreview | null>(null);
  const [progress, setProgress] = useState<Progress | null>(null);
  const report = useReport();
  const client = useQueryClient();
  const choose = useMutation({
    mutationFn: () => desk().importChoose(profile),
    onSuccess: (preview) => {
      if (!preview) return;
      setShown(preview);
      run.reset();
    },
    onError: report,
  });
  const look = useMutation({
    mutationFn: (mapping: SheetMapping) => desk().importPreview(profile, mapping),
    onSuccess: setShown,
    onError: report,
  });
  const run = useMutation({
    mutationFn: (keep_mapping: boolean) => {
      setProgress(null);
      if (!shown) throw new Error("no file was chosen");
      return desk().importRun({ profile, mapping: shown.mapping, keep_mapping }, setProgress);
    },
    // Also after one that was stopped: what it kept is new to the search.
    onSettled: () => void client.invalidateQueries(searchReadyQuery()),
  });
  const cancel = useMutation({ mutationFn: (job: number) => desk().jobCancel(job), onError: report });
  return {
    shown,
    choose: () => choose.mutate(),
    choosing: choose.isPending,
    say: look.mutate,
    looking: look.isPending,
    run: (keep: boolean) => {
      cancel.reset();
      run.mutate(keep);
    },
    running: run.isPending,
    progress,
    result: run.data,
    error: run.error,
    cancelling: run.isPending && !cancel.isIdle,
    cancel: () => progress && cancel.mutate(progress.job),
  };
}

export type ImportJob = ReturnType<typeof useImport>;
