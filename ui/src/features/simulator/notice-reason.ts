import type { TFunction } from "i18next";
import type { SimulatorNotice } from "../../ipc/model";

/** Where the core sends the notices of an order for which nobody named an address. */
const NOWHERE_HOST = "notify.invalid";

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}

/** Why a notice was not delivered, or what came back; null when it has not been sent yet. */
export function noticeReason(t: TFunction, notice: SimulatorNotice): string | null {
  const { status, attempts, notify_url } = notice;
  if (status === "undeliverable") {
    if (notify_url === "" || hostOf(notify_url) === NOWHERE_HOST) return t("simulator.reason.noUrl");
    return t("simulator.reason.notLocal", { url: notify_url });
  }
  const last = attempts.at(-1);
  if (!last) return null;
  const { http_status, answer } = last;
  if (last.acknowledged) return answer;
  if (http_status === null) return t("simulator.reason.noAnswer", { answer });
  return t("simulator.reason.unacknowledged", {
    http_status,
    answer: answer.trim() || t("simulator.reason.emptyBody"),
  });
}
