import { WarningFilled } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Popover } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyText } from "../components/CopyText";
import { Fact, Facts } from "../components/Fact";
import { TimeText } from "../components/TimeText";
import { type PollingBlock, usePollingBlocked } from "../components/use-polling-blocked";
import type { Overview } from "../ipc/model";
import { overviewQuery } from "../ipc/queries";
import { formatSeconds, secondsUntil } from "../lib/time";
import { useNow } from "../lib/use-now";

const WAY_OUT = {
  gateway: "/simulator",
  vault: "/settings",
  key: "/settings",
  unreachable: "/settings",
  too_often: "/settings",
  key_refused: "/settings",
} as const;
type Why = PollingBlock | NonNullable<Overview["held_back"]>;

/** How many orders and refunds are asked about and when the next is, and more on a click; amber, with the reason, while nothing can be sent. */
export function PollingStatus() {
  const { t } = useTranslation();
  const { data } = useQuery(overviewQuery(1));
  const blocked: Why | null = usePollingBlocked() ?? data?.held_back ?? null;
  if (!data) return null;
  if (data.polling + data.polling_refunds === 0) return <span className="quiet polling">{t("top.pollingNone")}</span>;
  if (blocked) return <Blocked why={blocked} polling={data.polling + data.polling_refunds} />;
  return <Polling overview={data} />;
}

/** The line in the bar, as wide whatever it says, and below it what there is no room for. */
function Polling({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const { polling, polling_refunds, other_city } = overview;
  const next_at = earliest(overview);
  return (
    <span className="polling-place">
      <Popover
        trigger="click"
        destroyOnHidden
        placement="bottomRight"
        title={t("top.pollingTitle")}
        open={open}
        onOpenChange={(next) => {
          setOpen(next);
          // Whoever leaves it by the keyboard is back where it was opened.
          if (!next && button.current?.parentElement?.contains(document.activeElement)) button.current.focus();
        }}
        // Beside its button, so that the next Tab goes into it.
        getPopupContainer={(button) => button.parentElement ?? document.body}
        content={<Asked overview={overview} onLeave={() => setOpen(false)} />}
      >
        <Button ref={button} type="text" className="polling-open figures" aria-expanded={open} data-testid="polling">
          <span className="polling-text">
            <span className="polling-dot" aria-hidden="true" />
            {t("top.polling", { count: polling + polling_refunds })}
            {next_at !== null && <Next at={next_at} />}
            {other_city && <span className="quiet"> · {t("top.otherCity")}</span>}
          </span>
        </Button>
      </Popover>
    </span>
  );
}

/** When the next question is due, of either kind. */
function earliest({ next_query_at, next_refund_at }: Overview): number | null {
  if (next_query_at === null || next_refund_at === null) return next_query_at ?? next_refund_at;
  return Math.min(next_query_at, next_refund_at);
}

/** What is being asked at this moment, when the next question comes and why. */
function Asked({ overview, onLeave }: { overview: Overview; onLeave: () => void }) {
  const { t } = useTranslation();
  const { polling, polling_refunds, under_way, asking, next_query_at, next_refund_at, other_city } = overview;
  return (
    <div className="polling-asked" data-testid="polling-asked">
      <Facts>
        <Fact name={t("top.askingNow")}>
          {asking === null ? t("top.askingNone") : t("top.asking", { count: under_way })}
        </Fact>
        {asking !== null && (
          <Fact name={t("top.askingLast")}>
            <CopyText text={asking} middle />
          </Fact>
        )}
        <Fact name={t("top.nextAt")}>
          {t("top.ordersOpen", { count: polling })} <TimeText at={next_query_at} />
          {next_query_at !== null && <Next at={next_query_at} />}
        </Fact>
        <Fact name={t("top.nextRefundAt")}>
          {t("top.refundsOpen", { count: polling_refunds })} <TimeText at={next_refund_at} />
          {next_refund_at !== null && <Next at={next_refund_at} />}
        </Fact>
        {other_city && <Fact name={t("top.via")}>{t("top.otherCity")}</Fact>}
      </Facts>
      <p className="quiet">
        {t("top.pollingWhy")}{" "}
        <Link to="/settings" onClick={onLeave}>
          {t("top.pollingLadder")}
        </Link>
      </p>
    </div>
  );
}

/** The countdown, alone, so that its ticks redraw nothing else. */
function Next({ at }: { at: number }) {
  const { t } = useTranslation();
  const seconds = secondsUntil(at, useNow(at));
  return (
    <span className="quiet">
      {" · "}
      {seconds === 0 ? t("top.nextNow") : t("top.next", { rest: formatSeconds(seconds) })}
    </span>
  );
}

function Blocked({ why, polling }: { why: Why; polling: number }) {
  const { t } = useTranslation();
  return (
    <Link to={WAY_OUT[why]} className="polling polling-blocked figures" data-testid="polling" data-blocked={why}>
      <WarningFilled /> {t(`top.blocked.${why}`)}
      <span className="quiet"> · {t("top.waiting", { count: polling })}</span>
    </Link>
  );
}
