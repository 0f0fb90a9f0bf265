import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Button, Checkbox, Input } from "antd";
import { type KeyboardEvent, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Page } from "../../components/Page";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { LookedUp, Progress } from "../../ipc/model";
import { lookupQuery } from "../../ipc/queries";
import { JobProgress } from "../orders/JobProgress";
import { type UnderWay, underOf, useLookupBench } from "./bench";
import { LookupAnswerView } from "./LookupAnswerView";
import { LookupTable } from "./LookupTable";

const route = getRouteApi("/lookup");

/** From a pasted number, or a customer's whole message, to the sentence to read out and everything behind it. */
export function LookupScreen() {
  const { t } = useTranslation();
  const bench = useLookupBench();
  const found = useLookup();
  useNumberOfAddress();
  const empty = bench.text.trim() === "";
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (!empty) found.ask();
  };
  return (
    <Page title={t("lookup.title")} testId="screen-lookup" fill>
      <div className="lookup">
        <form
          className="lookup-ask"
          onSubmit={(event) => {
            event.preventDefault();
            found.ask();
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
              loading={found.isFetching}
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
          {found.isFetching && <Running under={found.under} />}
          {!found.isFetching && found.error && <ErrorView error={found.error} onRetry={found.ask} />}
          {found.shown && <Answers found={found.shown} />}
          {!bench.asked && (
            <EmptyView testId="lookup-empty" title={t("lookup.emptyTitle")} text={t("lookup.emptyText")} />
          )}
        </div>
      </div>
    </Page>
  );
}

/** The answer to what was asked last; asking the same again asks WeChat Pay again. */
function useLookup() {
  const { asked, text, offline, under: all, ask, listen } = useLookupBench();
  const of = asked ?? { text: "", offline: false };
  const query = useQuery({
    ...lookupQuery(of.text, of.offline, () => listen(of)),
    enabled: asked !== null,
  });
  const under = underOf(all, of);
  const again = of.text === text.trim() && of.offline === offline;
  return {
    /** The answers; while the bills are read, and where that failed, without what those say. */
    shown: query.isFetching || query.error ? under.answers : query.data,
    error: query.error,
    isFetching: query.isFetching,
    under,
    ask: () => {
      ask();
      // The same that is still under way goes on: nobody is asked twice.
      if (again) void query.refetch({ cancelRefetch: false });
    },
  };
}

/** A number that another screen hands over is looked up at once, and the address lets go of it. */
function useNumberOfAddress() {
  const { q } = route.useSearch();
  const navigate = useNavigate();
  useEffect(() => {
    if (q === undefined) return;
    const { change, ask } = useLookupBench.getState();
    change({ text: q, offline: false });
    ask();
    void navigate({ to: "/lookup", search: {}, replace: true });
  }, [q, navigate]);
}

function Running({ under: { numbers, answers, bills } }: { under: UnderWay }) {
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
