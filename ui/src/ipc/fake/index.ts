import type { Desk } from "../desk";
import { fakeAlarms } from "./alarms";
import { fakeDays } from "./days";
import { fakeDiagnosis } from "./diagnosis";
import { fakeLookup } from "./lookup";
import { fakeMerchants } from "./merchants";
import { fakeNotices } from "./notices";
import { fakeOrders, moveOne } from "./orders";
import { fakeRefunds } from "./refunds";
import { builtinProfile, GOODS, seedOrders } from "./seed";
import { fakeSheets } from "./sheets";
import { fakeSignature } from "./signature";
import { exchange, fakeSimulator } from "./simulator";
import { fakeTestOrders } from "./test-orders";
import { type FakeOptions, World } from "./world";

const MOVE_EVERY_MS = 2500;
const DEFAULT_ORDERS = 1240;

export type FakeDesk = Desk & { world: World };

/** A desk in memory with the surface of the real one: for tests, and for looking at the window in a plain browser. */
export function fakeDesk(options: FakeOptions = {}): FakeDesk {
  const asked = new URLSearchParams(window.location.search);
  // The router would take the page's own query for a part of the address behind #.
  if (asked.size > 0) window.history.replaceState(null, "", `${window.location.pathname}${window.location.hash}`);
  const firstStart = options.firstStart ?? asked.has("first");
  const world = new World({
    ...options,
    vault: options.vault ?? (asked.has("passphrase") ? { mode: "passphrase", keyring: "absent" } : {}),
  });
  if (!firstStart) {
    const now = options.now ?? Date.now();
    const profile = builtinProfile(now);
    world.profiles.push(profile);
    world.settings.active_profile = profile.name;
    world.running = true;
    world.goods = GOODS.map((goods) => ({ ...goods }));
    seedOrders(world, profile, options.orders ?? Number(asked.get("orders") ?? DEFAULT_ORDERS), now);
    for (const order of world.orders.slice(0, 12)) exchange(world, "/pay/orderquery", order.out_trade_no);
  }
  if (options.moving) setInterval(() => moveOne(world), MOVE_EVERY_MS);
  return {
    ...fakeMerchants(world),
    ...fakeOrders(world),
    ...fakeAlarms(world),
    ...fakeRefunds(world),
    ...fakeNotices(world),
    ...fakeTestOrders(world),
    ...fakeSheets(world),
    ...fakeLookup(world),
    ...fakeDays(world),
    ...fakeSimulator(world),
    ...fakeDiagnosis(world),
    signatureCheck: async (request) => fakeSignature(world, request),
    onChanged: async (listener) => world.listen(listener),
    onAlarmsWanted: async (listener) => world.onTray(listener),
    world,
  };
}
