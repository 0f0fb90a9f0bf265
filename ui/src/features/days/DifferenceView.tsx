import { Button, Input } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { Fact, Facts } from "../../components/Fact";
import { TimeText } from "../../components/TimeText";
import type { DayNoteKind, DifferenceRow } from "../../ipc/model";
import { Beside, stateOf, Value } from "./Differences";
import { useAsking } from "./use-asking";
import { NO_FILTER } from "./use-picked";
import { useSaying } from "./use-saying";

type DifferenceProps = { profile: string; date: string; row: DifferenceRow };

/** One difference: both sides, why, what was said, and what to do with it. */
export function DifferenceView({ profile, date, row, onClose }: DifferenceProps & { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) onClose();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [onClose]);
  return (
    <aside className="exchange difference" data-testid="difference" data-state={row.state}>
      <p className="difference-head">
        <strong>{i18n.language === "en" ? row.reason_en : row.reason_zh}</strong>
        <Button size="small" type="text" aria-label={t("sheets.close")} onClick={onClose}>
          ×
        </Button>
      </p>
      {row.has_changed && <p className="tone-amber">{t("days.changed")}</p>}
      <Facts>
        <Fact name={t("days.bill")}>
          <Value row={row} value={row.bill_value} fen={row.bill_fen} />
          <Beside row={row} value={row.bill_value} fen={row.bill_fen} />
          {row.bill_line !== null && <span className="quiet"> {t("days.line", { line: row.bill_line })}</span>}
          {row.bill_file !== null && <span className="quiet"> · {row.bill_file}</span>}
        </Fact>
        <Fact name={t("days.local")}>
          <Value row={row} value={row.local_value} fen={row.local_fen} />
          <Beside row={row} value={row.local_value} fen={row.local_fen} />
          {row.local_line !== null && <span className="quiet"> {t("days.line", { line: row.local_line })}</span>}
        </Fact>
        <Fact name={t("days.outTradeNo")}>
          <CopyText text={row.out_trade_no} />
        </Fact>
        <Fact name={t("days.transactionId")}>
          <CopyText text={row.transaction_id} />
        </Fact>
        {row.refund_id && (
          <Fact name={t("days.refundId")}>
            <CopyText text={row.refund_id} />
          </Fact>
        )}
        {row.device_info && <Fact name={t("days.deviceInfo")}>{row.device_info}</Fact>}
        {row.trade_type && <Fact name={t("days.tradeType")}>{row.trade_type}</Fact>}
        {row.attach && <Fact name="attach">{row.attach}</Fact>}
      </Facts>
      <Answer profile={profile} date={date} row={row} />
      <ol className="day-notes">
        {row.notes.map((note) => (
          <li key={`${note.said_at} ${note.kind} ${note.text}`} data-testid="difference-note">
            <TimeText at={note.said_at} /> {note.said_by} <strong>{t(`days.kind.${note.kind}`)}</strong> {note.text}
          </li>
        ))}
      </ol>
      <p className="quiet difference-keys">{t("days.keys")}</p>
      {row.class === "malformed" ? (
        <p className="quiet">{t("days.mend")}</p>
      ) : (
        <Actions profile={profile} date={date} row={row} />
      )}
    </aside>
  );
}

/** What WeChat Pay said about it, and a way to ask. */
function Answer({ profile, date, row }: DifferenceProps) {
  const { t, i18n } = useTranslation();
  const asking = useAsking(profile, date);
  const { answer } = row;
  if (!answer && !row.can_ask) return null;
  const sentence = i18n.language === "en" ? answer?.sentence_en : answer?.sentence_zh;
  return (
    <div className="difference-answer">
      {answer && (
        <p data-testid="difference-answer" data-word={answer.word}>
          <strong>{sentence}</strong> <TimeText at={answer.asked_at} />
        </p>
      )}
      {row.can_ask && (
        <Button
          size="small"
          loading={asking.running}
          onClick={() => asking.ask({ ...NO_FILTER, identity: row.identity })}
          data-testid="difference-ask"
        >
          {t(answer ? "days.askAgain" : "days.askOne")}
        </Button>
      )}
    </div>
  );
}

function Actions({ profile, date, row }: DifferenceProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const saying = useSaying(profile, date, () => setText(""));
  const say = (kind: DayNoteKind) => saying.mutate({ kind, text, identities: [row.identity] });
  const state = stateOf(row);
  const kinds: DayNoteKind[] =
    state === "expected"
      ? []
      : state === "open"
        ? ["resolve", "carry_over", "ignore"]
        : state === "carried_over"
          ? ["resolve", "reopen"]
          : ["reopen"];
  return (
    <div className="day-actions">
      <Input.TextArea
        autoSize={{ minRows: 2, maxRows: 6 }}
        maxLength={2000}
        value={text}
        aria-label={t("days.remark")}
        placeholder={t("days.remarkAsk")}
        onChange={(event) => setText(event.target.value)}
        data-testid="difference-text"
      />
      <div className="sheet-actions">
        {kinds.map((kind) => (
          <Button
            key={kind}
            size="small"
            type={kind === "resolve" ? "primary" : "default"}
            disabled={saying.isPending}
            onClick={() => say(kind)}
            data-testid={`difference-${kind}`}
          >
            {t(`days.kind.${kind}`)}
          </Button>
        ))}
        <Button
          size="small"
          disabled={saying.isPending || text.trim() === ""}
          onClick={() => say("remark")}
          data-testid="difference-remark"
        >
          {t("days.kind.remark")}
        </Button>
      </div>
    </div>
  );
}
