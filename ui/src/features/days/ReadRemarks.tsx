import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { RefusalText } from "../../components/RefusalText";
import { useStoppable } from "../../components/use-stoppable";
import { desk } from "../../ipc/client";
import { JobProgress } from "../orders/JobProgress";

/** Reads remarks back from an exported table, says what was not taken and why, with a way to stop it. */
export function ReadRemarks({ profile }: { profile: string }) {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const { running, job, start } = useStoppable(
    (of: string, onProgress) => desk().daysReadRemarks(of, onProgress),
    (found) => {
      if (!found) return;
      const words = t("days.read", { ...found, refused: found.refused_count });
      const title = found.cancelled ? t("days.readStopped", { words }) : words;
      if (found.refused.length === 0) message.success(title);
      else
        modal.warning({
          title,
          content: (
            <ul className="import-refused" data-testid="remarks-refused">
              {found.refused.map((row) => (
                <li key={row.line}>
                  {t("sheets.line", { line: row.line })} <RefusalText refusal={row.refusal} />
                </li>
              ))}
            </ul>
          ),
        });
    },
  );
  if (job) return <JobProgress label={t("days.readBack")} job={job} />;
  return (
    <Button size="small" loading={running} onClick={() => start(profile)} data-testid="remarks-read">
      {t("days.readBack")}
    </Button>
  );
}
