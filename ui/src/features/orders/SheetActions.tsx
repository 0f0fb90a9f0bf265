import { useMutation } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useReport } from "../../components/use-report";
import { useActiveProfile } from "../../components/use-settings";
import { desk } from "../../ipc/client";
import type { OrderFilter, OrderSort, Progress } from "../../ipc/model";
import { ImportDialog } from "./ImportDialog";
import { JobProgress } from "./JobProgress";
import { useImport } from "./use-import";

type SheetActionsProps = { filter: OrderFilter; sort: OrderSort };

/** Import into the merchant that the window works for, and export of the list as it is filtered and sorted. */
export function SheetActions({ filter, sort }: SheetActionsProps) {
  const active = useActiveProfile();
  return (
    <div className="sheet-actions">
      {active && <ImportButton key={active.name} profile={active.name} />}
      <ExportButton filter={filter} sort={sort} />
    </div>
  );
}

function ImportButton({ profile }: { profile: string }) {
  const { t } = useTranslation();
  const job = useImport(profile);
  const [closed, setClosed] = useState(false);
  return (
    <>
      <Button
        size="small"
        loading={job.choosing}
        onClick={() => {
          setClosed(false);
          job.choose();
        }}
        data-testid="orders-import"
      >
        {t("sheets.import")}
      </Button>
      {job.shown && !closed && <ImportDialog job={job} onClose={() => setClosed(true)} />}
    </>
  );
}

function ExportButton({ filter, sort }: SheetActionsProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const report = useReport();
  const [progress, setProgress] = useState<Progress | null>(null);
  const write = useMutation({
    mutationFn: () => {
      setProgress(null);
      return desk().ordersExport(filter, sort, setProgress);
    },
    onSuccess: (result) => {
      if (!result) return;
      const words = result.cancelled
        ? t("sheets.exportStopped")
        : t("sheets.exported", { count: result.orders, file: result.file });
      void message.info(words);
    },
    onError: report,
  });
  const cancel = useMutation({ mutationFn: (job: number) => desk().jobCancel(job), onError: report });
  if (write.isPending && progress) {
    return (
      <JobProgress
        label={t("sheets.export")}
        job={{ progress, stopping: !cancel.isIdle, stop: () => cancel.mutate(progress.job) }}
      />
    );
  }
  return (
    <Button
      size="small"
      loading={write.isPending}
      onClick={() => {
        cancel.reset();
        write.mutate();
      }}
      data-testid="orders-export"
    >
      {t("sheets.export")}
    </Button>
  );
}
