import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../components/Dialog";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { DayNoteKind, DifferenceFilter, Progress } from "../../ipc/model";
import { invalidate } from "../../ipc/tags";
import { useSlow } from "./use-bills-fetch";

type SayManyProps = {
  profile: string;
  date: string;
  filter: DifferenceFilter;
  /** How many fit the filter. */
  count: number;
  onClose: () => void;
};

const KINDS = ["resolve", "carry_over", "ignore", "reopen", "remark"] as const;

/** One text for every difference of the list, handled or remarked all at once or not at all. */
export function SayMany({ profile, date, filter, count, onClose }: SayManyProps) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const report = useReport();
  const [text, setText] = useState("");
  const [progress, setProgress] = useState<Progress | null>(null);
  const say = useMutation({
    mutationFn: (kind: DayNoteKind) =>
      desk().daySayMany({ profile, date, filter, shown: count, kind, text }, setProgress),
    onSuccess: ({ matching, said }) => {
      message.success(t(said < matching ? "days.saidSome" : "days.saidAll", { said, left: matching - said }));
      onClose();
      return invalidate(client, { tags: ["days"], ids: [] });
    },
    onError: report,
  });
  const isSlow = useSlow(say.isPending);
  const shown = new Intl.NumberFormat(i18n.language).format(count);
  return (
    <Dialog title={t("days.sayMany", { count: shown })} width={520} onCancel={onClose} closable={!say.isPending}>
      <div className="day-actions" data-testid="say-many">
        <p className="quiet">{t("days.sayManyWhy")}</p>
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 6 }}
          maxLength={2000}
          value={text}
          aria-label={t("days.remark")}
          placeholder={t("days.remarkAsk")}
          onChange={(event) => setText(event.target.value)}
          data-testid="many-text"
        />
        {isSlow && <progress max={progress?.total || 1} value={progress?.done ?? 0} aria-label={t("days.remark")} />}
        <div className="sheet-actions">
          {KINDS.map((kind) => (
            <Button
              key={kind}
              type={kind === "resolve" ? "primary" : "default"}
              disabled={say.isPending || (kind === "remark" && text.trim() === "")}
              loading={say.isPending && say.variables === kind}
              onClick={() => say.mutate(kind)}
              data-testid={`many-${kind}`}
            >
              {t(`days.kind.${kind}`)}
            </Button>
          ))}
        </div>
      </div>
    </Dialog>
  );
}
