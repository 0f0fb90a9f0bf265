import type { SimulatorTraffic } from "../../ipc/model";

const OUT_TRADE_NO = /<out_trade_no>\s*(?:<!\[CDATA\[)?([^<\]]{1,64}?)(?:\]\]>)?\s*<\/out_trade_no>/;

/** The order that an exchange is about, from its request, or from its answer where the request names another number. */
export function orderOf({ request, response }: Pick<SimulatorTraffic, "request" | "response">): string | null {
  return OUT_TRADE_NO.exec(request)?.[1] ?? OUT_TRADE_NO.exec(response)?.[1] ?? null;
}

/** What came of it; the endpoint is left out where the path beside it says the same. */
export function outcomeOf({ path, summary }: Pick<SimulatorTraffic, "path" | "summary">): string {
  const [endpoint, ...outcome] = summary.split(" → ");
  return outcome.length > 0 && path.endsWith(`/${endpoint}`) ? outcome.join(" → ") : summary;
}

/** What the request of an exchange is: its endpoint, or a notice where the whole address of the merchant is kept. */
export function contextOf({ path }: Pick<SimulatorTraffic, "path">): string {
  return path.startsWith("/") ? (path.split("/").at(-1) ?? path) : "pay-notify";
}

/** The XML of an exchange, without HTTP's head if that was kept with it. */
export function bodyOf(text: string): string {
  const at = text.indexOf("<xml");
  return at < 0 ? text : text.slice(at);
}
