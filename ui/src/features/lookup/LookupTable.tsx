import { useMutation } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Money } from "../../components/Money";
import { StateSign } from "../../components/StateSign";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { LookedUp, LookupAnswer } from "../../ipc/model";
import { LookupAnswerView } from "./LookupAnswerView";
import { inWords } from "./lookup-text";
import { VerdictChip } from "./VerdictChip";

const VERDICTS: LookupAnswer["verdict"][] = ["found", "not_found", "unknown", "explained"];

/** The answers to several numbers, and beside them the one that was picked. */
export function LookupTable({ found }: { found: LookedUp }) {
  const { t } = useTranslation();
  const [at, setAt] = useState(0);
  const chosen = found.answers[at] ?? found.answers[0];
  const counts = VERDICTS.map((verdict) => ({
    verdict,
    count: found.answers.filter((answer) => answer.verdict === verdict).length,
  })).filter(({ count }) => count > 0);
  return (
    <div className="lookup-many" data-testid="lookup-table">
      <div className="lookup-many-head">
        <span className="figures" data-testid="lookup-counts">
          {counts.map(({ verdict, count }) => `${t(`lookup.verdict.${verdict}`)} ${count}`).join(" · ")}
        </span>
        {found.cancelled && (
          <span className="lookup-stopped">
            {t("lookup.stopped", { done: found.answers.length, count: found.numbers })}
          </span>
        )}
        <Export job={found.job} />
      </div>
      <div className="lookup-many-body">
        <div className="table-scroll">
          <table className="list-table" aria-label={t("lookup.title")}>
            <thead>
              <tr>
                <th>{t("lookup.number")}</th>
                <th>{t("lookup.result")}</th>
                <th className="right">{t("lookup.amount")}</th>
                <th>{t("lookup.sentence")}</th>
              </tr>
            </thead>
            <tbody>
              {found.answers.map((answer, index) => (
                <Row
                  key={`${answer.number} ${answer.profile ?? ""}`}
                  answer={answer}
                  chosen={index === at}
                  onChoose={() => setAt(index)}
                />
              ))}
            </tbody>
          </table>
        </div>
        {chosen && (
          <div className="lookup-many-one">
            <LookupAnswerView key={chosen.number} answer={chosen} />
          </div>
        )}
      </div>
    </div>
  );
}

type RowProps = { answer: LookupAnswer; chosen: boolean; onChoose: () => void };

function Row({ answer, chosen, onChoose }: RowProps) {
  const { i18n } = useTranslation();
  return (
    <tr
      className={chosen ? "chosen choosable" : "choosable"}
      aria-selected={chosen}
      onClick={onChoose}
      data-testid="lookup-row"
      data-verdict={answer.verdict}
    >
      <td>
        <button type="button" className="row-button mono" onClick={onChoose}>
          {answer.number}
        </button>
      </td>
      <td>{answer.order ? <StateSign order={answer.order} brief /> : <VerdictChip verdict={answer.verdict} />}</td>
      <td className="right">{answer.order && <Money fen={answer.order.total_fee} />}</td>
      <td className="lookup-row-sentence">{inWords(answer.sentence, i18n.language)}</td>
    </tr>
  );
}

/** Writes the answers of the lookup that is on screen. */
function Export({ job }: { job: number }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const report = useReport();
  const write = useMutation({
    mutationFn: () => desk().lookupExport(job),
    onSuccess: (written) => {
      if (written) void message.info(t("lookup.exported", { count: written.rows, file: written.file }));
    },
    onError: report,
  });
  return (
    <Button size="small" loading={write.isPending} onClick={() => write.mutate()} data-testid="lookup-export">
      {t("sheets.export")}
    </Button>
  );
}
