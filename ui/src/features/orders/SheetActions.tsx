import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useActiveProfile } from "../../components/use-settings";
import { useStoppable } from "../../components/use-stoppable";
import { desk } from "../../ipc/client";
import type { OrderFilter, OrderSort } from "../../ipc/model";
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
  const { running, job, start } = useStoppable(
    (list: SheetActionsProps, onProgress) => desk().ordersExport(list.filter, list.sort, onProgress),
    (result) => {
      if (!result) return;
      const words = result.cancelled
        ? t("sheets.exportStopped")
        : t("sheets.exported", { count: result.orders, file: result.file });
      void message.info(words);
    },
  );
  if (job) return <JobProgress label={t("sheets.export")} job={job} />;
  return (
    <Button size="small" loading={running} onClick={() => start({ filter, sort })} data-testid="orders-export">
      {t("sheets.export")}
    </Button>
  );
}
