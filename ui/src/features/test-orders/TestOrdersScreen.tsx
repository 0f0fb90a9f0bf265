import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyView } from "../../components/EmptyView";
import { Page } from "../../components/Page";
import { useActiveProfile, useSettings } from "../../components/use-settings";
import type { Goods, Profile } from "../../ipc/model";
import { useStartBuiltin } from "../start/FirstStart";
import { GoodsList } from "./GoodsList";
import { TestOrderForm } from "./TestOrderForm";
import { TestOrdersOutcome } from "./TestOrdersOutcome";
import { useTestOrders } from "./use-test-orders";

/** Goods at the left, one order in the middle, what came of it at the right. */
export function TestOrdersScreen() {
  const { t } = useTranslation();
  const active = useActiveProfile();
  return (
    <Page title={t("test.title")} testId="screen-test-orders" fill>
      {active ? <Desk profile={active} /> : <NoMerchant />}
    </Page>
  );
}

function Desk({ profile }: { profile: Profile }) {
  const { settings } = useSettings();
  const [goods, setGoods] = useState<Goods | null>(null);
  const job = useTestOrders();
  return (
    <div className="test-desk">
      <GoodsList chosen={goods?.goods_id ?? null} onChoose={setGoods} />
      <TestOrderForm
        key={profile.name}
        profile={profile}
        goods={goods}
        scene={settings.scene}
        job={job}
        onGoodsLeft={() => setGoods(null)}
      />
      <TestOrdersOutcome job={job} />
    </div>
  );
}

function NoMerchant() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const builtin = useStartBuiltin();
  return (
    <EmptyView
      title={t("test.noMerchant")}
      text={t("test.noMerchantText")}
      action={
        <div className="form-foot">
          <Button type="primary" loading={builtin.isPending} onClick={() => builtin.mutate()}>
            {t("start.tryButton")}
          </Button>
          <Button onClick={() => void navigate({ to: "/settings", search: { add: true } })}>
            {t("start.addButton")}
          </Button>
        </div>
      }
    />
  );
}
