import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../components/Dialog";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { DayNoteKind, DaySaid, DifferenceFilter, Progress } from "../../ipc/model";
import { invalidate } from "../../ipc/tags";
import { JobProgress } from "../orders/JobProgress";
import { useSlow } from "./use-bills-fetch";

/** What the list shows: of it the ticked ones by their identities, or all, as many as were shown. */
export type SaidTo = { filter: DifferenceFilter } & ({ ticked: string[] } | { shown: number });

type SayManyProps = { profile: string; date: string; to: SaidTo; onSaid: () => void; onClose: () => void };

const KINDS = ["resolve", "carry_over", "ignore", "reopen", "remark"] as const;

/** One text for many differences, handled or remarked in batches that can be stopped. */
export function SayMany({ profile, date, to, onSaid, onClose }: SayManyProps) {
  const { t, i18n } = useTranslation();
  const [text, setText] = useState("");
  const isTicked = "ticked" in to;
  const count = isTicked ? to.ticked.length : to.shown;
  const job = useSayMany((said) => {
    if (said.end === "all") onSaid();
    onClose();
  }, count);
  const say = (kind: DayNoteKind) =>
    job.say({
      profile,
      date,
      kind,
      text,
      filter: to.filter,
      // Ticked ones that left the list since, because something else was said of them, are left alone.
      ...(isTicked ? { among: to.ticked, shown: null } : { among: [], shown: to.shown }),
    });
  const shown = new Intl.NumberFormat(i18n.language).format(count);
  const title = t(isTicked ? "days.sayTicked" : "days.sayMany", { count: shown });
  return (
    <Dialog title={title} width={520} onCancel={() => !job.running && onClose()} closable={!job.running}>
      <div className="day-actions" data-testid="say-many">
        <p className="quiet">{t("days.sayManyWhy")}</p>
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 6 }}
          maxLength={2000}
          value={text}
          disabled={job.running}
          aria-label={t("days.remark")}
          placeholder={t("days.remarkAsk")}
          onChange={(event) => setText(event.target.value)}
          data-testid="many-text"
        />
        {job.isSlow && <JobProgress label={title} unit="differences" job={job} />}
        <div className="sheet-actions">
          {KINDS.map((kind) => (
            <Button
              key={kind}
              type={kind === "resolve" ? "primary" : "default"}
              disabled={job.running || (kind === "remark" && text.trim() === "")}
              loading={job.running && job.kind === kind}
              onClick={() => say(kind)}
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

type Saying = Parameters<ReturnType<typeof desk>["daySayMany"]>[0];

/** Saying something to so many: how far it is, what became of it in words, and a way to stop it. */
function useSayMany(onDone: (said: DaySaid) => void, count: number) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const report = useReport();
  const [progress, setProgress] = useState<Progress | null>(null);
  const say = useMutation({
    mutationFn: (saying: Saying) => {
      setProgress(null);
      return desk().daySayMany(saying, setProgress);
    },
    onSuccess: (done) => {
      const { said, end } = done;
      const left = done.matching - done.gone_through;
      if (end === "stopped") message.info(t("days.saidStopped", { said, left }));
      else if (end === "overtaken") message.warning(t("days.saidOvertaken", { said, left }));
      else message.success(t(said < count ? "days.saidSome" : "days.saidAll", { said, left: count - said }));
      onDone(done);
    },
    onError: report,
    onSettled: () => invalidate(client, { tags: ["days"], ids: [] }),
  });
  const cancel = useMutation({ mutationFn: (job: number) => desk().jobCancel(job), onError: report });
  return {
    progress,
    running: say.isPending,
    isSlow: useSlow(say.isPending),
    kind: say.variables?.kind,
    say: (saying: Saying) => {
      cancel.reset();
      say.mutate(saying);
    },
    stopping: say.isPending && !cancel.isIdle,
    stop: () => progress && cancel.mutate(progress.job),
  };
}
