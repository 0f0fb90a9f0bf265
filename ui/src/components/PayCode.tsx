import { QRCode } from "antd";
import { useTranslation } from "react-i18next";
import type { PayParam } from "../ipc/model";
import { CopyButton } from "./CopyButton";
import { CopyText } from "./CopyText";
import { Fact, Facts } from "./Fact";

/** The parameters with which a page or app asks the payer, signed again by the core. */
export function PayParams({ params }: { params: PayParam[] }) {
  const { t } = useTranslation();
  const json = JSON.stringify(Object.fromEntries(params.map((param) => [param.name, param.value])), null, 2);
  return (
    <div data-testid="pay-params">
      <Facts>
        {params.map((param) => (
          <Fact key={param.name} name={param.name}>
            <CopyText text={param.value} />
          </Fact>
        ))}
      </Facts>
      <CopyButton text={json} label={t("order.pay.copyJson")} />
    </div>
  );
}

/** The QR code of a NATIVE order: black on white in every theme, because cameras want it so. */
export function PayCode({ codeUrl, size = 148 }: { codeUrl: string; size?: number }) {
  const { t } = useTranslation();
  return (
    <div className="pay-code" data-testid="pay-code">
      <QRCode value={codeUrl} type="svg" size={size} color="#000000" bgColor="#ffffff" bordered={false} />
      <div className="pay-code-side">
        <p className="quiet">{t("order.pay.qrText")}</p>
        <CopyText text={codeUrl} />
      </div>
    </div>
  );
}
