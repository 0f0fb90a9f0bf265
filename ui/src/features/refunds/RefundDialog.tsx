import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../components/Dialog";
import { ErrorView } from "../../components/ErrorView";
import { Money } from "../../components/Money";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { Refundable } from "../../ipc/model";
import { invalidate } from "../../ipc/tags";
import { fenAsTyped } from "../../lib/money";

type RefundDialogProps = { profile: string; outTradeNo?: string; onClose: () => void };

/** Refunds an order: what is left is asked first, and the core draws the question that counts. */
export function RefundDialog({ profile, outTradeNo = "", onClose }: RefundDialogProps) {
  const { t } = useTranslation();
  const [number, setNumber] = useState(outTradeNo);
  const look = useMutation({ mutationFn: () => desk().refundable(profile, number.trim()) });
  return (
    <Dialog onCancel={onClose} width={480}>
      <h2>{t("refund.applyTitle")}</h2>
      <form
        className="refund-look"
        onSubmit={(event) => {
          event.preventDefault();
          if (number.trim() !== "") look.mutate();
        }}
      >
        <Input
          className="mono"
          value={number}
          placeholder={t("refund.order")}
          aria-label={t("refund.order")}
          onChange={(event) => setNumber(event.target.value)}
          data-testid="refund-order"
        />
        <Button htmlType="submit" loading={look.isPending} data-testid="refund-look">
          {t("refund.look")}
        </Button>
      </form>
      {look.isError && <ErrorView error={look.error} compact />}
      {look.data?.left_fen === 0 && (
        <p data-testid="refund-none">{t("refund.none", { state: t(`state.${look.data.state}`) })}</p>
      )}
      {look.data && look.data.left_fen > 0 && (
        <RefundForm key={look.data.out_trade_no} found={look.data} onDone={onClose} />
      )}
    </Dialog>
  );
}

type Fields = { amount: string; desc?: string };

/** WeChat Pay counts the bytes of refund_desc, of which a Chinese character takes three. */
const DESC_BYTES_MAX = 80;
const bytesOf = (text: string) => new TextEncoder().encode(text).length;

function RefundForm({ found, onDone }: { found: Refundable; onDone: () => void }) {
  const { t } = useTranslation();
  const refund = useRefund(found, onDone);
  const check = async (_: unknown, text: string | undefined) => {
    const fen = await fenOf(text ?? "");
    if (fen === null || fen <= 0 || fen > found.left_fen) throw new Error(t("refund.amountBad"));
  };
  return (
    <Form<Fields>
      layout="vertical"
      initialValues={{ amount: fenAsTyped(found.left_fen) }}
      onFinish={(fields) => refund.mutate(fields)}
      data-testid="refund-form"
    >
      <p className="figures">
        {found.body} · <Money fen={found.total_fee} /> · {t("refund.left")} <Money fen={found.left_fen} strong />
        {found.refunds.length > 0 && (
          <span className="quiet"> · {t("refund.earlier", { count: found.refunds.length })}</span>
        )}
      </p>
      <Form.Item name="amount" label={t("refund.amount")} validateDebounce={200} rules={[{ validator: check }]}>
        <Input className="figures amount-input" inputMode="decimal" prefix="¥" data-testid="refund-amount" />
      </Form.Item>
      <Form.Item
        name="desc"
        label={t("refund.desc")}
        rules={[
          {
            validator: async (_: unknown, text: string | undefined) => {
              if (bytesOf(text?.trim() ?? "") > DESC_BYTES_MAX) throw new Error(t("refund.descLong"));
            },
          },
        ]}
      >
        <Input maxLength={DESC_BYTES_MAX} data-testid="refund-desc" />
      </Form.Item>
      <p className="quiet">{t("refund.goHint")}</p>
      <Button danger type="primary" htmlType="submit" loading={refund.isPending} data-testid="refund-go">
        {t("refund.go")}
      </Button>
    </Form>
  );
}

/** The core reads the amount, because it alone knows what an exact one is. */
async function fenOf(text: string): Promise<number | null> {
  try {
    return (await desk().amountParse(text.trim(), "yuan")).fen;
  } catch {
    return null;
  }
}

function useRefund(found: Refundable, onDone: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const report = useReport();
  const { message } = App.useApp();
  const { profile, out_trade_no } = found;
  return useMutation({
    mutationFn: async ({ amount, desc }: Fields) => {
      const { fen } = await desk().amountParse(amount.trim(), "yuan");
      // The token that comes back is good for this order and this amount only.
      const token = await desk().confirm("create_refund", `${profile}/${out_trade_no}:${fen}`);
      return desk().refundCreate({ profile, out_trade_no, refund_fee: fen, refund_desc: desc?.trim() || null }, token);
    },
    onSuccess: ({ known, detail }) => {
      if (known) message.success(t("refund.accepted"));
      else message.warning(t("refund.notAccepted", { detail }));
      onDone();
      return invalidate(client, { tags: ["refunds", "orders"], ids: [] });
    },
    onError: report,
  });
}
