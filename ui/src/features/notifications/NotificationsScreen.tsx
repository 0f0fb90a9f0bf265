import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { Page } from "../../components/Page";
import { ListenerBar } from "./ListenerBar";
import { NoticeInspector } from "./NoticeInspector";
import { NOTICE_TABS, type NoticeTab } from "./notices-search";
import { ReceivedNotices } from "./ReceivedNotices";
import { ShopSequence } from "./ShopSequence";

const route = getRouteApi("/notices");

/** Notices: the listener, what arrived, judging a pasted one, and the back end for a mini program. */
export function NotificationsScreen() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { tab = "received" } = route.useSearch();
  const go = (next: NoticeTab) =>
    void navigate({ to: "/notices", search: next === "received" ? {} : { tab: next }, replace: true });
  return (
    <Page title={t("notify.title")} testId="screen-notices" fill>
      <ListenerBar />
      <Segmented<NoticeTab>
        className="tabs"
        value={tab}
        onChange={go}
        options={NOTICE_TABS.map((value) => ({
          value,
          label: <span data-testid={`notices-tab-${value}`}>{t(`notify.tab.${value}`)}</span>,
        }))}
      />
      {tab === "received" && <ReceivedNotices />}
      {tab === "inspect" && <NoticeInspector />}
      {tab === "shop" && <ShopSequence />}
    </Page>
  );
}
