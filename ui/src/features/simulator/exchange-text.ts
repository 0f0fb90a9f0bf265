import type { SimulatorTrafficRow } from "../../ipc/model";

/** What the request of an exchange is: its endpoint, or the kind of notice that the gateway sent. */
export function contextOf({ direction, endpoint }: Pick<SimulatorTrafficRow, "direction" | "endpoint">): string {
  if (direction === "received") return endpoint;
  return endpoint === "refund_notice" ? "refund-notify" : "pay-notify";
}

/** The XML of an exchange, without HTTP's head if that was kept with it. */
export function bodyOf(text: string): string {
  const at = text.indexOf("<xml");
  return at < 0 ? text : text.slice(at);
}
