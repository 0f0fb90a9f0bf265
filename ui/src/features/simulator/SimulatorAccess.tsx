import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { CopyText } from "../../components/CopyText";
import { ErrorView } from "../../components/ErrorView";
import { Fact, Facts } from "../../components/Fact";
import { SkeletonRows } from "../../components/Skeleton";
import type { SimulatorSnippet, SimulatorStatus } from "../../ipc/model";
import { simulatorSnippetsQuery } from "../../ipc/queries";

/** How a program is pointed at the gateway: where it is, who may call, and the lines for each common SDK. */
export function SimulatorAccess({ status }: { status: SimulatorStatus }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const snippets = useQuery(simulatorSnippetsQuery(status.url));
  return (
    <div className="access">
      <section className="access-facts">
        <h2>{t("simulator.access.where")}</h2>
        <Facts>
          <Fact name={t("simulator.access.url")}>
            <CopyText text={status.url} testId="sim-access-url" />
          </Fact>
          {status.merchants.map(({ appid, mch_id }) => (
            <Fact key={`${appid}/${mch_id}`} name={t("simulator.access.merchant")}>
              <span className="access-merchant">
                <CopyText text={mch_id} />
                <CopyText text={appid} />
              </span>
            </Fact>
          ))}
          {status.tls && (
            <>
              <Fact name={t("simulator.access.ca")}>
                <CopyText text={status.tls.ca} testId="sim-access-ca" />
              </Fact>
              <Fact name="apiclient_cert.p12">
                <CopyText text={status.tls.p12} />
              </Fact>
              <Fact name="apiclient_cert.pem">
                <CopyText text={status.tls.cert} />
              </Fact>
              <Fact name="apiclient_key.pem">
                <CopyText text={status.tls.key} />
              </Fact>
            </>
          )}
        </Facts>
        <p className="quiet">{t(status.tls ? "simulator.access.tlsText" : "simulator.access.plainText")}</p>
        <p className="quiet">{t("simulator.access.ownKey")}</p>
        <Button size="small" onClick={() => void navigate({ to: "/settings", search: { add: true } })}>
          {t("settings.addMerchant")}
        </Button>
      </section>
      <section className="access-code">
        {snippets.isPending && <SkeletonRows rows={6} />}
        {snippets.isError && <ErrorView error={snippets.error} onRetry={() => void snippets.refetch()} />}
        {snippets.data && <Snippets snippets={snippets.data} />}
      </section>
    </div>
  );
}

function Snippets({ snippets }: { snippets: SimulatorSnippet[] }) {
  const { t } = useTranslation();
  const [sdk, setSdk] = useState<string | null>(null);
  const shown = snippets.find((one) => one.sdk === sdk) ?? snippets[0];
  if (!shown) return null;
  return (
    <>
      <header className="part-head">
        <Select
          className="access-sdk"
          aria-label={t("simulator.access.sdk")}
          value={shown.sdk}
          options={snippets.map((one) => ({ value: one.sdk, label: `${one.language} · ${one.title}` }))}
          onChange={setSdk}
          data-testid="sim-sdk"
        />
        <CopyButton text={shown.code} testId="sim-copy-snippet" />
      </header>
      <pre className="mono raw-text access-program" data-testid="sim-snippet">
        {shown.code}
      </pre>
    </>
  );
}
