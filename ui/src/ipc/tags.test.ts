import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import {
  calendarQuery,
  dayQuery,
  goodsQuery,
  leftQuery,
  orderDetailQuery,
  overviewQuery,
  ownAmountsQuery,
  reportQuery,
  simulatorFaultsQuery,
  startQuery,
} from "./queries";
import { invalidate, isStale, mergeChanges } from "./tags";

describe("a change in the core", () => {
  it("makes stale what shows orders and leaves the rest", () => {
    const changed = { tags: ["orders" as const], ids: [] };
    expect(isStale(overviewQuery(7).queryKey, changed)).toBe(true);
    expect(isStale(orderDetailQuery("builtin", "2026").queryKey, changed)).toBe(true);
    expect(isStale(goodsQuery().queryKey, changed)).toBe(false);
    expect(isStale(simulatorFaultsQuery().queryKey, changed)).toBe(false);
  });

  it("of what is polled next leaves the list alone: no row shows it", () => {
    const changed = { tags: ["polling" as const], ids: [] };
    expect(isStale(["orders", {}, {}], changed)).toBe(false);
    expect(isStale(overviewQuery(1).queryKey, changed)).toBe(true);
    expect(isStale(orderDetailQuery("builtin", "2026").queryKey, changed)).toBe(true);
  });

  it("of merchants, or of which is in use, reaches the sums, which tell the polling of the one in use", () => {
    expect(isStale(overviewQuery(1).queryKey, { tags: ["settings"], ids: [] })).toBe(true);
    expect(isStale(overviewQuery(1).queryKey, { tags: ["profiles"], ids: [] })).toBe(true);
  });

  it("of where days stand reaches the calendar, the day and the report, which no order reaches by itself", () => {
    const orders = { tags: ["orders" as const, "refunds" as const], ids: [] };
    const standings = { tags: ["standings" as const], ids: [] };
    const shown = [
      calendarQuery("builtin", "2026-11-01", "2026-11-30"),
      dayQuery("builtin", "2026-11-20"),
      reportQuery("builtin", "2026-11-01", "2026-11-30"),
    ];
    expect(shown.map(({ queryKey }) => isStale(queryKey, orders))).toEqual([false, false, false]);
    expect(shown.map(({ queryKey }) => isStale(queryKey, standings))).toEqual([true, true, true]);
    expect(isStale(leftQuery("builtin", "2026-11-01", "2026-11-30", 0).queryKey, standings)).toBe(false);
  });

  it("of the days reads no table and no bill again", () => {
    const changed = { tags: ["days" as const, "standings" as const], ids: [] };
    expect(isStale(ownAmountsQuery("builtin", "2026-11-20", null, 1, [1]).queryKey, changed)).toBe(false);
    expect(isStale(dayQuery("builtin", "2026-11-20").queryKey, changed)).toBe(true);
  });

  it("touches an order's detail only when the order is named", () => {
    const changed = { tags: ["orders" as const], ids: ["A"] };
    expect(isStale(orderDetailQuery("builtin", "A").queryKey, changed)).toBe(true);
    expect(isStale(orderDetailQuery("builtin", "B").queryKey, changed)).toBe(false);
    expect(isStale(overviewQuery(1).queryKey, changed)).toBe(true);
  });

  it("that names nobody wins when two are joined", () => {
    expect(mergeChanges({ tags: ["orders"], ids: ["A"] }, { tags: ["goods"], ids: ["B"] })).toEqual({
      tags: ["orders", "goods"],
      ids: ["A", "B"],
    });
    expect(mergeChanges({ tags: ["orders"], ids: ["A"] }, { tags: ["orders"], ids: [] }).ids).toEqual([]);
  });

  it("marks the stored answers that it made stale", async () => {
    const client = new QueryClient();
    client.setQueryData(["start"], {});
    client.setQueryData(["goods"], []);
    await invalidate(client, { tags: ["vault"], ids: [] });
    expect(client.getQueryState(startQuery().queryKey)?.isInvalidated).toBe(true);
    expect(client.getQueryState(goodsQuery().queryKey)?.isInvalidated).toBe(false);
  });
});
