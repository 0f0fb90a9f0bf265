import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Page } from "../../components/Page";
import { SkeletonRows } from "../../components/Skeleton";
import { useActiveProfile } from "../../components/use-settings";
import type { SignatureRequest } from "../../ipc/model";
import { signatureQuery } from "../../ipc/queries";
import { type Bench, requestOf, useBench } from "./bench";
import { takeOver } from "./handover";
import { SignatureInput } from "./SignatureInput";
import { SignatureReportView } from "./SignatureReportView";

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
const EXAMPLE_KEY = "192006250b4c09247ec02edce69f6a2d";

/** Takes any pasted message apart and shows, step by step, what its sign is or should be. */
export function SignatureScreen() {
  const { draft } = route.useSearch();
  return <Workbench key={draft ?? "bench"} draft={draft} />;
}

function Workbench({ draft }: { draft: number | undefined }) {
  const { t } = useTranslation();
  const active = useActiveProfile();
  const { bench, settled, change, checkNow } = useBench(takeOver(draft), active?.name ?? null);
  const modes: SignatureRequest["mode"][] = ["verify", "sign"];
  const fillExample = () =>
    change({ input: EXAMPLE, mode: "verify", keyKind: "typed", typedKey: EXAMPLE_KEY, signType: null, format: "auto" });
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
      <div className="bench">
        <SignatureInput bench={bench} onChange={change} onCheck={checkNow} />
        <div className="bench-report" data-testid="sig-report">
          {settled.input.trim() === "" ? (
            <EmptyView
              title={t("signature.emptyTitle")}
              text={t("signature.emptyText")}
              action={
                <Button onClick={fillExample} data-testid="sig-example">
                  {t("signature.example")}
                </Button>
              }
            />
          ) : (
            <Answer settled={settled} />
          )}
        </div>
      </div>
    </Page>
  );
}

function Answer({ settled }: { settled: Bench }) {
  const request = requestOf(settled);
  const report = useQuery({ ...signatureQuery(request), placeholderData: keepPreviousData });
  if (report.isError) return <ErrorView error={report.error} />;
  if (!report.data) return <SkeletonRows rows={8} />;
  return <SignatureReportView report={report.data} request={request} stale={report.isPlaceholderData} />;
}
