import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Money } from "../../components/Money";
import { TimeText } from "../../components/TimeText";
import { refundsQuery } from "../../ipc/queries";
import { RefundSign } from "./RefundSign";
import { refundFilterOf } from "./refunds-search";

/** The refunds of one order, where it has any. */
export function OrderRefunds({ profile, outTradeNo }: { profile: string; outTradeNo: string }) {
  const { t } = useTranslation();
  const found = useQuery(refundsQuery(refundFilterOf({ merchant: profile, q: outTradeNo }), 0));
  // The search also finds refunds whose own number begins so.
  const refunds = found.data?.rows.filter((refund) => refund.out_trade_no === outTradeNo) ?? [];
  if (refunds.length === 0) return null;
  return (
    <section className="drawer-part" data-testid="order-refunds">
      <h2>{t("refund.title")}</h2>
      <ul className="order-refunds">
        {refunds.map((refund) => (
          <li key={refund.out_refund_no}>
            <RefundSign refund={refund} />
            <Money fen={refund.refund_fee} />
            <Link to="/refunds" search={{ q: refund.out_refund_no }} className="mono" title={refund.out_refund_no}>
              {refund.out_refund_no}
            </Link>
            <TimeText at={refund.success_at ?? refund.created_at} />
          </li>
        ))}
      </ul>
    </section>
  );
}
