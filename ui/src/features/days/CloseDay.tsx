import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../components/Dialog";
import type { DayDetail } from "../../ipc/model";
import { useSaying } from "./use-saying";

/** Closes a day, or opens a closed one again for a reason. */
export function CloseDay({ profile, day }: { profile: string; day: DayDetail }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const { date, mark, open, malformed } = day.standing;
  const say = useSaying(profile, date);
  const closed = mark === "closed";
  const left = open + malformed;
  return (
    <>
      <Button
        size="small"
        type={closed || left > 0 ? "default" : "primary"}
        disabled={!closed && left > 0}
        title={!closed && left > 0 ? t("days.closeWhy") : undefined}
        loading={say.isPending}
        onClick={() => (closed ? setAsking(true) : say.mutate({ kind: "close_day", text: "" }))}
        data-testid="day-close"
      >
        {t(closed ? "days.reopen" : "days.close")}
      </Button>
      {asking && <Words profile={profile} date={date} kind="reopen_day" onClose={() => setAsking(false)} />}
    </>
  );
}

/** A remark on the day itself. */
export function RemarkDay({ profile, date }: { profile: string; date: string }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setAsking(true)} data-testid="day-remark">
        {t("days.remarkDay")}
      </Button>
      {asking && <Words profile={profile} date={date} kind="remark" onClose={() => setAsking(false)} />}
    </>
  );
}

type WordsProps = { profile: string; date: string; kind: "reopen_day" | "remark"; onClose: () => void };

/** Asks for the words that are said to a day. */
function Words({ profile, date, kind, onClose }: WordsProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const say = useSaying(profile, date, onClose);
  const title = t(kind === "remark" ? "days.remarkDay" : "days.reopen");
  return (
    <Dialog title={`${title} · ${date}`} width={480} onCancel={onClose}>
      <div className="day-actions">
        <p className="quiet">{t(kind === "remark" ? "days.remarkDayWhy" : "days.reopenWhy")}</p>
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 6 }}
          maxLength={2000}
          value={text}
          aria-label={title}
          onChange={(event) => setText(event.target.value)}
          data-testid="day-text"
        />
        <div className="form-foot">
          <Button
            type="primary"
            disabled={text.trim() === ""}
            loading={say.isPending}
            onClick={() => say.mutate({ kind, text })}
            data-testid="day-say"
          >
            {title}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
