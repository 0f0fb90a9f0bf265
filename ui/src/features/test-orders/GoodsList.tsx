import { DeleteOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { ErrorView } from "../../components/ErrorView";
import { Money } from "../../components/Money";
import { SkeletonRows } from "../../components/Skeleton";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { Goods } from "../../ipc/model";
import { goodsQuery } from "../../ipc/queries";
import { GoodsDialog } from "./GoodsDialog";

type GoodsListProps = { chosen: string | null; onChoose: (goods: Goods) => void };

/** The catalogue: a click fills the order with name and price. */
export function GoodsList({ chosen, onChoose }: GoodsListProps) {
  const { t } = useTranslation();
  const goods = useQuery(goodsQuery());
  const [editing, setEditing] = useState<Goods | "new" | null>(null);
  return (
    <section className="goods" aria-label={t("test.goods")}>
      <header className="part-head">
        <h2>{t("test.goods")}</h2>
        <Button size="small" icon={<PlusOutlined />} onClick={() => setEditing("new")} data-testid="goods-add">
          {t("common.add")}
        </Button>
      </header>
      {goods.isPending && <SkeletonRows rows={4} />}
      {goods.isError && <ErrorView error={goods.error} onRetry={() => void goods.refetch()} />}
      {goods.data?.length === 0 && <EmptyView title={t("test.goodsEmpty")} text={t("test.goodsEmptyText")} />}
      {goods.data && goods.data.length > 0 && (
        <ul className="goods-list">
          {goods.data.map((one) => (
            <GoodsRow
              key={one.goods_id}
              goods={one}
              chosen={one.goods_id === chosen}
              onChoose={() => onChoose(one)}
              onEdit={() => setEditing(one)}
            />
          ))}
        </ul>
      )}
      {editing !== null && <GoodsDialog goods={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
    </section>
  );
}

type GoodsRowProps = { goods: Goods; chosen: boolean; onChoose: () => void; onEdit: () => void };

function GoodsRow({ goods, chosen, onChoose, onEdit }: GoodsRowProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const report = useReport();
  const remove = useMutation({
    mutationFn: () => desk().goodsRemove(goods.goods_id),
    onSuccess: () => client.invalidateQueries({ queryKey: goodsQuery().queryKey }),
    onError: report,
  });
  return (
    <li className={chosen ? "goods-row goods-row-chosen" : "goods-row"}>
      <button
        type="button"
        className="goods-choose"
        onClick={onChoose}
        disabled={!goods.on_sale}
        aria-pressed={chosen}
        data-testid="goods-row"
        data-goods-id={goods.goods_id}
      >
        <span className="goods-name" title={goods.name}>
          {goods.name}
        </span>
        {!goods.on_sale && <span className="chip">{t("test.goodsOff")}</span>}
        {goods.market_price_fen !== null && (
          <s className="quiet figures" title={t("test.goodsMarket")} data-testid="goods-market-price">
            <Money fen={goods.market_price_fen} />
          </s>
        )}
        <Money fen={goods.price_fen} />
      </button>
      <Button
        type="text"
        size="small"
        icon={<EditOutlined />}
        aria-label={`${t("common.edit")} ${goods.name}`}
        onClick={onEdit}
      />
      <Button
        type="text"
        size="small"
        icon={<DeleteOutlined />}
        aria-label={`${t("common.remove")} ${goods.name}`}
        loading={remove.isPending}
        onClick={() => remove.mutate()}
      />
    </li>
  );
}
