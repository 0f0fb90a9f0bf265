import { Button, Checkbox } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../components/Dialog";
import { ErrorView } from "../../components/ErrorView";
import { RefusalText } from "../../components/RefusalText";
import type { ImportResult } from "../../ipc/model";
import { ImportPreviewView } from "./ImportPreviewView";
import { JobProgress } from "./JobProgress";
import type { ImportJob } from "./use-import";

/** A file that was chosen: how it is read, then how far it is, then what came of it. */
export function ImportDialog({ job, onClose }: { job: ImportJob; onClose: () => void }) {
  const { t } = useTranslation();
  const [keep, setKeep] = useState(true);
  const { shown, running, result } = job;
  return (
    <Dialog
      onCancel={onClose}
      closable={!running}
      mask={{ closable: false }}
      keyboard={!running}
      width={960}
      title={t("sheets.importTitle")}
    >
      <p className="quiet">{t("sheets.importText")}</p>
      {job.error && !running && <ErrorView error={job.error} />}
      {running && (
        <JobProgress
          label={t("sheets.running")}
          job={{ progress: job.progress, stopping: job.cancelling, stop: job.cancel }}
        />
      )}
      {!running && result && <Outcome result={result} />}
      {!running && !result && shown && <ImportPreviewView job={job} shown={shown} />}
      {!running && (
        <div className="form-foot">
          {!result && (
            <Button
              type="primary"
              disabled={!shown || shown.problem !== null || job.looking}
              onClick={() => job.run(keep)}
              data-testid="import-run"
            >
              {t("sheets.run")}
            </Button>
          )}
          {result && (
            <Button type="primary" onClick={onClose} data-testid="import-close">
              {t("sheets.close")}
            </Button>
          )}
          <Button loading={job.choosing} onClick={job.choose}>
            {t("sheets.choose")}
          </Button>
          {!result && (
            <Checkbox checked={keep} onChange={(event) => setKeep(event.target.checked)}>
              {t("sheets.keep")}
            </Checkbox>
          )}
        </div>
      )}
    </Dialog>
  );
}

function Outcome({ result }: { result: ImportResult }) {
  const { t } = useTranslation();
  return (
    <div data-testid="import-result" data-added={result.added} data-refused={result.refused_count}>
      <p className="figures">{t("sheets.done", { ...result, refused: result.refused_count })}</p>
      {result.cancelled && <p>{t("sheets.stopped")}</p>}
      {result.passed_over > 0 && <p className="quiet">{t("sheets.passedOver", { count: result.passed_over })}</p>}
      {result.refused_file && <p>{t("sheets.refusedFile", { file: result.refused_file })}</p>}
      {result.refused.length > 0 && (
        <>
          <p className="quiet">{t("sheets.refusedFirst", { count: result.refused.length })}</p>
          <ul className="import-refused">
            {result.refused.map((row) => (
              <li key={`${row.line} ${row.refusal.reason_en}`}>
                <span className="figures">{t("sheets.line", { line: row.line })}</span>{" "}
                <RefusalText refusal={row.refusal} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
