import { useMutation } from "@tanstack/react-query";
import { Button, Form, Input, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../components/Dialog";
import { ErrorView } from "../../components/ErrorView";
import { Money } from "../../components/Money";
import { desk } from "../../ipc/client";
import { asFailure } from "../../ipc/failure";
import type { CustomerPays, SimulatorOrder } from "../../ipc/model";
import { useSimulatorAct } from "./use-simulator-act";

type Fields = { openid: string; coupon: string; coupon_type: CustomerPays["coupon_type"] };
type PayDialogProps = { order: SimulatorOrder; onClose: () => void };

/** Pays an order with a coupon or as a certain payer. It is the built-in gateway: no money moves. */
export function PayDialog({ order, onClose }: PayDialogProps) {
  const { t } = useTranslation();
  const act = useSimulatorAct();
  const read = useMutation({
    mutationFn: async ({ openid, coupon, coupon_type }: Fields): Promise<CustomerPays> => {
      const typed = coupon.trim();
      const coupon_fee_fen = typed === "" ? 0 : (await desk().amountParse(typed, "yuan")).fen;
      return { openid: openid.trim() || null, coupon_fee_fen, coupon_type };
    },
    onSuccess: (pay) =>
      act.mutate(
        {
          run: () => desk().simulatorPay({ mch_id: order.mch_id, out_trade_no: order.out_trade_no }, pay),
          done: t("simulator.customer.did.paid", { no: order.out_trade_no.slice(-6) }),
        },
        { onSuccess: onClose },
      ),
  });
  const badCoupon = read.isError && asFailure(read.error).code === "input_invalid";
  return (
    <Dialog onCancel={onClose} width={440} title={t("simulator.customer.payTitle")}>
      <p className="quiet pay-dialog-order">
        <span className="mono">{order.out_trade_no}</span> <Money fen={order.total_fee} />
      </p>
      <Form<Fields>
        layout="vertical"
        requiredMark={false}
        initialValues={{ openid: order.openid ?? "", coupon: "", coupon_type: "cash" }}
        onFinish={(fields) => read.mutate(fields)}
        data-testid="sim-pay-form"
      >
        <Form.Item
          name="coupon"
          label={t("simulator.customer.coupon")}
          {...(badCoupon ? { validateStatus: "error" as const, help: t("test.amountBad") } : {})}
        >
          <Input className="figures" inputMode="decimal" prefix="¥" placeholder="0.00" data-testid="sim-pay-coupon" />
        </Form.Item>
        <Form.Item name="coupon_type" extra={t("simulator.customer.couponHelp")}>
          <Segmented
            options={[
              { value: "cash", label: t("simulator.customer.cash") },
              { value: "no_cash", label: t("simulator.customer.noCash") },
            ]}
          />
        </Form.Item>
        <Form.Item name="openid" label={`openid · ${t("common.optional")}`} rules={[{ max: 128 }]}>
          <Input className="mono" disabled={order.openid !== null} data-testid="sim-pay-openid" />
        </Form.Item>
        {read.isError && !badCoupon && <ErrorView error={read.error} />}
        <div className="form-foot">
          <Button type="primary" htmlType="submit" loading={read.isPending || act.isPending} data-testid="sim-pay-go">
            {t("simulator.customer.pay")}
          </Button>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
        </div>
      </Form>
    </Dialog>
  );
}
