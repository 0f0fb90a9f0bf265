import { WarningFilled } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
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

/** How many orders are asked about and when the next is; amber, with the reason, while nothing can be sent. */
export function PollingStatus() {
  const { t } = useTranslation();
  const { data } = useQuery(overviewQuery(1));
  const blocked: Why | null = usePollingBlocked() ?? data?.held_back ?? null;
  if (!data) return null;
  if (data.polling === 0) return <span className="quiet polling">{t("top.pollingNone")}</span>;
  if (blocked) return <Blocked why={blocked} polling={data.polling} />;
  return (
    <span
      className="polling figures"
      data-testid="polling"
      title={data.asking === null ? undefined : t("top.asking", { count: data.under_way, number: data.asking })}
    >
      <span className="polling-dot" aria-hidden="true" />
      {t("top.polling", { count: data.polling })}
      {data.next_query_at !== null && <Next at={data.next_query_at} />}
      {data.other_city && <span className="quiet"> · {t("top.otherCity")}</span>}
    </span>
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
