import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button, Segmented } from "antd";
import { type KeyboardEvent, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Page } from "../../components/Page";
import { useActiveProfile } from "../../components/use-settings";
import type { SignatureRequest } from "../../ipc/model";
import { DIAGNOSES, diagnosisQuery, signatureQuery } from "../../ipc/queries";
import { type Bench, diagnosisOf, EMPTY, requestOf, useBench } from "./bench";
import { useDeepSearch } from "./deep-search";
import { takeOver } from "./handover";
import { useFolds, type Wanted } from "./reveal";
import { SignatureAnswer } from "./SignatureAnswer";
import { SignatureInput } from "./SignatureInput";

const route = getRouteApi("/signature");

/** WeChat's own published example, whose sign under the documentation's key is known. */
const EXAMPLE = `<xml>
  <appid>wxd930ea5d5a258f4f</appid>
  <mch_id>10000100</mch_id>
  <device_info>1000</device_info>
  <body>test</body>
  <nonce_str>ibuaiVcKdpRxkhJA</nonce_str>
  <sign>9A0A8659F005D6984697E2CA0A9CF3B7</sign>
</xml>`;
/** The same with an empty attach that was signed. */
const EXAMPLE_WRONG = EXAMPLE.replace("  <mch_id>", "  <attach></attach>\n  <mch_id>").replace(
  "9A0A8659F005D6984697E2CA0A9CF3B7",
  "C14A961532040E73C3BE6ECE35946C13",
);
const EXAMPLE_KEY = "192006250b4c09247ec02edce69f6a2d";

/** Takes any pasted message apart: whether its sign is right, why not, and what to change. */
export function SignatureScreen() {
  const { draft } = route.useSearch();
  return <Workbench key={draft ?? "bench"} draft={draft} />;
}

function Workbench({ draft }: { draft: number | undefined }) {
  const { t } = useTranslation();
  const active = useActiveProfile();
  const { bench, settled, change, checkNow } = useBench(takeOver(draft), active?.name ?? null);
  const { folds, fold, reveal } = useFolds({ sent: bench.sent !== "", more: bench.returnMsg !== "" });
  const deep = useDeepSearch(bench);
  const found = useAnswer(bench, settled);
  const modes: SignatureRequest["mode"][] = ["verify", "sign"];
  const fill = (input: string) => change({ ...EMPTY, input, mode: "verify", keyKind: "typed", typedKey: EXAMPLE_KEY });
  const want = (wanted: Wanted) => {
    if (wanted === "key") change({ keyKind: "typed" });
    reveal(wanted);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    checkNow();
  };
  const diagnosis = deep.found ?? found.diagnosis;
  const notes = diagnosis?.notes ?? found.report?.notes ?? [];
  const isOfThisText = bench.input === settled.input && bench.sent === settled.sent && !found.stale;
  return (
    <Page
      title={t("signature.title")}
      testId="screen-signature"
      fill
      aside={
        <Segmented
          data-testid="sig-mode"
          value={bench.mode}
          options={modes.map((value) => ({ value, label: t(`signature.mode.${value}`) }))}
          onChange={(mode) => change({ mode })}
        />
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the shortcut works from every field of the bench */}
      <div className="bench" onKeyDown={onKeyDown}>
        <SignatureInput
          bench={bench}
          onChange={change}
          notes={isOfThisText && bench.input !== "" ? notes : []}
          sentNotes={isOfThisText ? (diagnosis?.sent_notes ?? []) : []}
          detected={bench.input === "" ? null : (diagnosis?.context ?? null)}
          folds={folds}
          onFold={fold}
        />
        <div className="bench-report" data-testid="sig-report">
          {settled.input.trim() === "" ? (
            <EmptyView
              title={t("signature.emptyTitle")}
              text={t("signature.emptyText")}
              action={
                <span className="next-buttons">
                  <Button onClick={() => fill(EXAMPLE)} data-testid="sig-example">
                    {t("signature.example")}
                  </Button>
                  <Button onClick={() => fill(EXAMPLE_WRONG)} data-testid="sig-example-wrong">
                    {t("signature.exampleWrong")}
                  </Button>
                </span>
              }
            />
          ) : found.unreadable ? (
            <ErrorView error={found.unreadable} />
          ) : (
            <SignatureAnswer
              mode={settled.mode}
              report={found.report}
              reportError={found.reportError}
              diagnosis={settled.mode === "verify" ? diagnosis : undefined}
              stale={found.stale && !deep.running && !deep.found}
              searching={found.stale}
              deep={deep}
              profile={settled.keyKind === "profile" ? settled.profile : null}
              onWant={want}
            />
          )}
        </div>
      </div>
    </Page>
  );
}

/** The steps and the cause of what stands on the bench; what was found before stays in sight until they are there. */
function useAnswer(bench: Bench, settled: Bench) {
  const filled = settled.input.trim() !== "";
  const verifies = settled.mode === "verify";
  const still = bench === settled;
  const client = useQueryClient();
  // Each change ends the search for what stood there before; the next one begins once the bench is still.
  // biome-ignore lint/correctness/useExhaustiveDependencies: every single change counts, whichever it is
  useEffect(() => {
    if (!still) void client.cancelQueries({ queryKey: DIAGNOSES });
  }, [bench, still, client]);
  const steps = useQuery({
    ...signatureQuery(requestOf(settled)),
    placeholderData: keepPreviousData,
    enabled: filled,
  });
  const cause = useQuery({
    ...diagnosisQuery(diagnosisOf(settled)),
    placeholderData: keepPreviousData,
    enabled: filled && verifies && still,
  });
  // What has no steps may still have a cause; what has neither cannot be read.
  const unreadable = verifies ? cause.error : steps.error;
  return {
    report: filled && !steps.isError ? steps.data : undefined,
    reportError: steps.error,
    diagnosis: filled && verifies && !cause.isError ? cause.data : undefined,
    unreadable,
    stale: (steps.isPlaceholderData && !steps.isError) || (verifies && cause.isPlaceholderData && !cause.isError),
  };
}
