import { defaultParseSearch, defaultStringifySearch } from "@tanstack/react-router";
import { describe, expect, it } from "vitest";
import {
  ALL_MERCHANTS,
  filterOf,
  isNarrowed,
  type OrdersSearch,
  readOrdersSearch,
  sortOf,
  withoutFilters,
} from "./orders-search";

const FULL: OrdersSearch = {
  states: ["NOTPAY", "SUCCESS"],
  flags: ["conflict"],
  from: "2026-11-01",
  to: "2026-11-20",
  min: 0,
  max: 199_900,
  types: ["NATIVE"],
  merchant: "门店A",
  q: "20261120150405000231",
  by: "total_fee",
  ascending: true,
  open: "202611201504050002310000000001",
  of: "门店A",
};

describe("the address of the orders screen", () => {
  it("keeps every filter, sort and open order through the address bar", () => {
    expect(readOrdersSearch(defaultParseSearch(defaultStringifySearch(FULL)))).toEqual(FULL);
  });

  it("keeps a number of 28 digits as text to the last digit", () => {
    const q = "4200002026112012345678901234";
    expect(readOrdersSearch(defaultParseSearch(defaultStringifySearch({ q }))).q).toBe(q);
  });

  it("drops what it does not understand instead of failing", () => {
    expect(
      readOrdersSearch({
        states: ["PAID", "NOTPAY"],
        from: "2026-02-30",
        min: -1,
        max: 1.5,
        types: "NATIVE",
        by: "openid",
        ascending: "yes",
      }),
    ).toEqual({ states: ["NOTPAY"] });
  });

  it("asks the core for whole Beijing days: from the first moment up to the one after", () => {
    const filter = filterOf(FULL, "builtin");
    expect(filter.created_from).toBe(Date.parse("2026-10-31T16:00:00Z"));
    expect(filter.created_to).toBe(Date.parse("2026-11-20T16:00:00Z"));
    expect(filter).toMatchObject({
      states: ["NOTPAY", "SUCCESS"],
      flags: ["conflict"],
      amount_min_fen: 0,
      amount_max_fen: 199_900,
    });
  });

  it("shows the merchant of the window unless the address names another or all", () => {
    expect(filterOf({}, "builtin").profile).toBe("builtin");
    expect(filterOf({ merchant: "门店A" }, "builtin").profile).toBe("门店A");
    expect(filterOf({ merchant: ALL_MERCHANTS }, "builtin").profile).toBeNull();
  });

  it("sorts by the newest first by default", () => {
    expect(sortOf({})).toEqual({ by: "created_at", descending: true });
    expect(sortOf(FULL)).toEqual({ by: "total_fee", descending: false });
  });

  it("clears filters and keeps the sort and the open order", () => {
    const cleared = withoutFilters(FULL);
    expect(isNarrowed(FULL)).toBe(true);
    expect(isNarrowed(cleared)).toBe(false);
    expect(cleared).toEqual({ by: "total_fee", ascending: true, open: FULL.open, of: "门店A" });
  });
});
