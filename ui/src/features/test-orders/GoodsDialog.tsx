import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../components/Dialog";
import { ErrorView } from "../../components/ErrorView";
import { desk } from "../../ipc/client";
import { asFailure } from "../../ipc/failure";
import type { Goods } from "../../ipc/model";
import { goodsQuery } from "../../ipc/queries";
import { fenAsTyped } from "../../lib/money";

type Fields = { goods_id: string; name: string; price: string; market?: string; on_sale: boolean };
type GoodsDialogProps = { goods: Goods | null; onClose: () => void };

/** Adds goods, or changes some. */
export function GoodsDialog({ goods, onClose }: GoodsDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: async (fields: Fields) => {
      const { fen } = await desk().amountParse(fields.price.trim(), "yuan");
      const market = fields.market?.trim() ? (await desk().amountParse(fields.market.trim(), "yuan")).fen : null;
      const { goods_id, name, on_sale } = fields;
      const price = { price_fen: fen, market_price_fen: market };
      return desk().goodsSave({ goods_id: goods_id.trim(), name: name.trim(), ...price, on_sale });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: goodsQuery().queryKey });
      onClose();
    },
  });
  // A mistyped price is the field's own complaint; everything else is shown whole.
  const badField = save.isError && asFailure(save.error).code === "input_invalid" ? asFailure(save.error).field : null;
  const badMarket = badField === "market_price_fen";
  const badPrice = badField !== null && !badMarket;
  return (
    <Dialog onCancel={onClose} width={420} title={t(goods ? "test.goodsEdit" : "test.goodsAdd")}>
      <Form
        layout="vertical"
        requiredMark={false}
        initialValues={
          goods
            ? {
                ...goods,
                price: fenAsTyped(goods.price_fen),
                market: goods.market_price_fen === null ? "" : fenAsTyped(goods.market_price_fen),
              }
            : { goods_id: `g${Date.now().toString(36)}`, on_sale: true }
        }
        onFinish={(fields: Fields) => save.mutate(fields)}
        data-testid="goods-form"
      >
        <Form.Item
          name="name"
          label={t("test.goodsName")}
          rules={[{ required: true, whitespace: true, max: 127, message: t("test.goodsRequired") }]}
        >
          <Input autoFocus data-testid="goods-name" />
        </Form.Item>
        <div className="form-pair">
          <Form.Item
            name="price"
            label={t("test.goodsPrice")}
            rules={[{ required: true, message: t("test.amountRequired") }]}
            {...(badPrice ? { validateStatus: "error" as const, help: t("test.amountBad") } : {})}
          >
            <Input className="figures" inputMode="decimal" prefix="¥" data-testid="goods-price" />
          </Form.Item>
          <Form.Item
            name="market"
            label={t("test.goodsMarket")}
            {...(badMarket ? { validateStatus: "error" as const, help: t("test.goodsMarketBad") } : {})}
          >
            <Input className="figures" inputMode="decimal" prefix="¥" data-testid="goods-market" />
          </Form.Item>
        </div>
        <div className="form-pair">
          <Form.Item
            name="goods_id"
            label={t("test.goodsId")}
            rules={[{ required: true, pattern: /^\s*[0-9A-Za-z_-]{1,32}\s*$/, message: t("test.goodsIdInvalid") }]}
          >
            <Input className="mono" disabled={goods !== null} />
          </Form.Item>
          <Form.Item name="on_sale" label={t("test.goodsOnSale")} valuePropName="checked">
            <Switch />
          </Form.Item>
        </div>
        {save.isError && badField === null && <ErrorView error={save.error} />}
        <div className="form-foot">
          <Button type="primary" htmlType="submit" loading={save.isPending} data-testid="goods-save">
            {t("common.save")}
          </Button>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
        </div>
      </Form>
    </Dialog>
  );
}
