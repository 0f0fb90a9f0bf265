import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { useReport } from "../../components/use-report";
import { useStart } from "../../components/use-settings";
import { desk } from "../../ipc/client";
import { asFailure } from "../../ipc/failure";

/** Opens an order of the gateway in the list of orders, if this desk knows it; others were made by another program. */
export function OpenOrder({ mchId, outTradeNo }: { mchId: string; outTradeNo: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const report = useReport();
  const navigate = useNavigate();
  const { profiles } = useStart();
  const profile = profiles.find((one) => one.environment === "simulator" && one.mch_id === mchId)?.name;
  const open = useMutation({
    mutationFn: (of: string) => desk().orderDetail(of, outTradeNo),
    onSuccess: ({ order }) =>
      void navigate({
        to: "/orders",
        search: { open: order.out_trade_no, of: order.profile, merchant: order.profile },
      }),
    onError: (error) => {
      if (asFailure(error).code === "not_found") message.info(t("simulator.notKnownHere"));
      else report(error);
    },
  });
  if (profile === undefined) return <span className="quiet">—</span>;
  return (
    <Button
      size="small"
      type="text"
      loading={open.isPending}
      onClick={() => open.mutate(profile)}
      title={t("simulator.openOrderTip")}
      data-testid="sim-open-order"
    >
      {t("simulator.openOrder")}
    </Button>
  );
}
