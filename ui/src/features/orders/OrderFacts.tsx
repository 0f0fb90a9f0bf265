import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { Fact, Facts } from "../../components/Fact";
import { Money } from "../../components/Money";
import { ProfileName } from "../../components/ProfileName";
import { TimeText } from "../../components/TimeText";
import type { OrderDetail } from "../../ipc/model";

/** What is known of an order, every number one click from the clipboard. */
export function OrderFacts({ detail: { order, next_question } }: { detail: OrderDetail }) {
  const { t } = useTranslation();
  const copied: [string, string | null][] = [
    [t("order.fact.attach"), order.attach],
    [t("order.fact.productId"), order.product_id],
    [t("order.fact.prepayId"), order.prepay_id],
    [t("order.fact.codeUrl"), order.code_url],
    [t("order.fact.mwebUrl"), order.mweb_url],
    [t("order.fact.notifyUrl"), order.notify_url],
  ];
  return (
    <Facts>
      <Fact name={t("order.fact.outTradeNo")}>
        <CopyText text={order.out_trade_no} testId="fact-out-trade-no" />
      </Fact>
      <Fact name={t("order.fact.transactionId")}>
        <CopyText text={order.transaction_id} />
      </Fact>
      <Fact name={t("order.fact.body")}>{order.body || "—"}</Fact>
      {order.claimed_total_fee !== null && (
        <Fact name={t("order.fact.claimedFee")}>
          <span className="tone-amber" data-testid="claimed-fee">
            <Money fen={order.claimed_total_fee} /> {t("order.claimedFeeText")}
          </span>
        </Fact>
      )}
      <Fact name={t("order.fact.created")}>
        <TimeText at={order.created_at} />
      </Fact>
      <Fact name={t("order.fact.paid")}>
        <TimeText at={order.paid_at} />
      </Fact>
      {next_question !== null && (
        <Fact name={t("order.fact.nextQuery")}>
          <TimeText at={next_question.at} />
          <span className="quiet" data-testid="next-question-why">
            {t(`order.nextWhy.${next_question.why}`, {
              question: next_question.question,
              seconds: next_question.gap_s,
            })}
            {next_question.held_back !== null && ` ${t(`order.heldBack.${next_question.held_back}`)}`}
          </span>
        </Fact>
      )}
      {order.expires_at !== null && (
        <Fact name={t("order.fact.expires")}>
          <TimeText at={order.expires_at} />
        </Fact>
      )}
      <Fact name={t("order.fact.tradeType")}>{order.trade_type ?? "—"}</Fact>
      {(order.openid || order.trade_type === "JSAPI") && (
        <Fact name={t("order.fact.openid")}>
          <CopyText text={order.openid} />
        </Fact>
      )}
      <Fact name={t("order.fact.merchant")}>
        <ProfileName name={order.profile} />
      </Fact>
      <Fact name={t("order.fact.mchId")}>
        <CopyText text={order.mch_id} />
      </Fact>
      <Fact name={t("order.fact.appid")}>
        <CopyText text={order.appid} />
      </Fact>
      <Fact name={t("order.fact.signType")}>{order.sign_type}</Fact>
      {copied
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <Fact key={name} name={name}>
            <CopyText text={value} />
          </Fact>
        ))}
      <Fact name={t("order.fact.source")}>{t(`order.source.${order.source}`)}</Fact>
    </Facts>
  );
}
