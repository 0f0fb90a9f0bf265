import { DownOutlined } from "@ant-design/icons";
import { Button, Dropdown, Space } from "antd";
import { useTranslation } from "react-i18next";
import { desk } from "../../ipc/client";
import type { PasswordAnswer, SimulatorOrder } from "../../ipc/model";
import { useSimulatorAct } from "./use-simulator-act";

type CustomerActionsProps = { order: SimulatorOrder; onPay: () => void };

/** What the customer can do about an order: the usual with one click, the rest below it. */
export function CustomerActions({ order, onPay }: CustomerActionsProps) {
  const { t } = useTranslation();
  const act = useSimulatorAct();
  const { mch_id, out_trade_no } = order;
  const key = { mch_id, out_trade_no };
  const no = out_trade_no.slice(-6);
  const answer = (password: PasswordAnswer) =>
    act.mutate({
      run: () => desk().simulatorPassword(key, password),
      done: t(`simulator.customer.did.${password}`, { no }),
    });
  const pay = () =>
    act.mutate({
      run: () => desk().simulatorPay(key, { openid: null, coupon_fee_fen: 0, coupon_type: "cash" }),
      done: t("simulator.customer.did.paid", { no }),
    });
  const cancel = () =>
    act.mutate({ run: () => desk().simulatorCancel(key), done: t("simulator.customer.did.cancelled", { no }) });
  if (order.waits_for_password) {
    return (
      <Actions
        label={t("simulator.customer.enter")}
        tip={t("simulator.customer.enterTip")}
        testId="sim-password"
        no={out_trade_no}
        busy={act.isPending}
        onMain={() => answer("entered")}
        more={[
          { key: "refused", label: t("simulator.customer.refuse"), onClick: () => answer("refused") },
          { key: "cancelled", label: t("simulator.customer.cancel"), onClick: () => answer("cancelled") },
        ]}
      />
    );
  }
  if (order.trade_state !== "NOTPAY" && order.trade_state !== "USERPAYING") return <span className="quiet">—</span>;
  return (
    <Actions
      label={t("simulator.customer.pay")}
      tip={t("simulator.customer.payTip")}
      testId="sim-pay"
      no={out_trade_no}
      busy={act.isPending}
      onMain={pay}
      more={[
        { key: "pay-with", label: t("simulator.customer.payWith"), onClick: onPay },
        { key: "cancel", label: t("simulator.customer.cancel"), onClick: cancel },
      ]}
    />
  );
}

type ActionsProps = {
  label: string;
  tip: string;
  testId: string;
  no: string;
  busy: boolean;
  onMain: () => void;
  more: { key: string; label: string; onClick: () => void }[];
};

/** One action on a button, and others in a menu beside it. */
export function Actions({ label, tip, testId, no, busy, onMain, more }: ActionsProps) {
  const { t } = useTranslation();
  return (
    <Space.Compact>
      <Button size="small" loading={busy} onClick={onMain} title={tip} data-testid={testId} data-out-trade-no={no}>
        {label}
      </Button>
      <Dropdown menu={{ items: more }} trigger={["click"]}>
        <Button size="small" icon={<DownOutlined />} aria-label={t("simulator.more")} data-testid={`${testId}-more`} />
      </Dropdown>
    </Space.Compact>
  );
}
