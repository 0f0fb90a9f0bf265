import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Button, Checkbox, Input } from "antd";
import { type KeyboardEvent, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Page } from "../../components/Page";
import { useReport } from "../../components/use-report";
import { useStart } from "../../components/use-settings";
import { desk } from "../../ipc/client";
import type { LookedUp, Progress } from "../../ipc/model";
import { JobProgress } from "../orders/JobProgress";
import { askedOf, type Lookup, useLookupBench } from "./bench";
import { LookupAnswerView } from "./LookupAnswerView";
import { LookupTable } from "./LookupTable";

const route = getRouteApi("/lookup");

/** From a pasted number, or a customer's whole message, to the sentence to read out and everything behind it. */
export function LookupScreen() {
  const { t } = useTranslation();
  const bench = useLookupBench();
  const { active_profile } = useStart();
  const asked = askedOf(bench);
  const ask = () => bench.ask(active_profile);
  useNumberOfAddress(active_profile);
  const empty = bench.text.trim() === "";
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (!empty) ask();
  };
  return (
    <Page title={t("lookup.title")} testId="screen-lookup" fill>
      <div className="lookup">
        <form
          className="lookup-ask"
          onSubmit={(event) => {
            event.preventDefault();
            ask();
          }}
        >
          <Input.TextArea
            autoFocus
            className="mono lookup-field"
            autoSize={{ minRows: 2, maxRows: 8 }}
            size="large"
            value={bench.text}
            placeholder={t("lookup.placeholder")}
            aria-label={t("lookup.field")}
            onChange={(event) => bench.change({ text: event.target.value })}
            onKeyDown={onKeyDown}
            data-testid="lookup-text"
          />
          <div className="lookup-actions">
            <Button
              type="primary"
              htmlType="submit"
              disabled={empty}
              loading={asked?.isRunning ?? false}
              data-testid="lookup-go"
            >
              {t("lookup.go")}
            </Button>
            <Checkbox
              checked={bench.offline}
              onChange={(event) => bench.change({ offline: event.target.checked })}
              data-testid="lookup-offline"
            >
              {t("lookup.offline")}
            </Checkbox>
            <span className="quiet">{t("lookup.hint")}</span>
          </div>
        </form>
        <div className="lookup-answer" aria-live="polite">
          {asked ? (
            <Outcome key={asked.id} lookup={asked} onRetry={ask} />
          ) : (
            <EmptyView testId="lookup-empty" title={t("lookup.emptyTitle")} text={t("lookup.emptyText")} />
          )}
        </div>
      </div>
    </Page>
  );
}

/** A number that another screen hands over is looked up at once, and the address lets go of it. */
function useNumberOfAddress(profile: string | null) {
  const { q } = route.useSearch();
  const navigate = useNavigate();
  useEffect(() => {
    if (q === undefined) return;
    const { change, ask } = useLookupBench.getState();
    change({ text: q, offline: false });
    ask(profile);
    void navigate({ to: "/lookup", search: {}, replace: true });
  }, [q, profile, navigate]);
}

/** How far a lookup is, and what it gave; what failed behind its answers does not take them away. */
function Outcome({ lookup, onRetry }: { lookup: Lookup; onRetry: () => void }) {
  return (
    <>
      {lookup.isRunning && <Running lookup={lookup} />}
      {lookup.error !== undefined && <ErrorView error={lookup.error} onRetry={onRetry} />}
      {lookup.answers && <Answers found={lookup.answers} />}
    </>
  );
}

function Running({ lookup: { numbers, answers, bills } }: { lookup: Lookup }) {
  const { t } = useTranslation();
  const report = useReport();
  const stop = useMutation({ mutationFn: (job: number) => desk().jobCancel(job), onError: report });
  const job = (progress: Progress) => ({ progress, stopping: !stop.isIdle, stop: () => stop.mutate(progress.job) });
  if (answers) {
    if (!bills?.total) return null;
    return (
      <div data-testid="lookup-bills">
        <p className="quiet">{t("lookup.bills")}</p>
        <JobProgress label={t("lookup.bills")} unit="bytes" job={job(bills)} />
      </div>
    );
  }
  if (!numbers || numbers.total < 2) {
    return (
      <p className="quiet" data-testid="lookup-running">
        {t("lookup.running")}
      </p>
    );
  }
  return <JobProgress label={t("lookup.title")} job={job(numbers)} />;
}

function Answers({ found }: { found: LookedUp }) {
  const { t } = useTranslation();
  const [only] = found.answers;
  if (found.answers.length === 1 && only) return <LookupAnswerView answer={only} />;
  if (found.answers.length === 0)
    return <p className="quiet">{t("lookup.stopped", { done: 0, count: found.numbers })}</p>;
  return <LookupTable found={found} />;
}
