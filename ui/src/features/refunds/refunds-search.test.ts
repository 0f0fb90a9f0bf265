import { describe, expect, it } from "vitest";
import { isNarrowed, readRefundsSearch, refundFilterOf } from "./refunds-search";

describe("the refunds' address", () => {
  it("keeps what it understands and drops the rest", () => {
    const read = readRefundsSearch({ q: "R1", states: ["SUCCESS", "x"], from: "2026-11-01", to: "soon", merchant: 7 });
    expect(read).toEqual({ q: "R1", states: ["SUCCESS"], from: "2026-11-01" });
    expect(isNarrowed({})).toBe(false);
    expect(isNarrowed({ merchant: "shop" })).toBe(true);
  });

  it("asks for whole Beijing days, both included, and one merchant", () => {
    const filter = refundFilterOf({ from: "2026-11-01", to: "2026-11-01", merchant: "shop" });
    expect(filter).toEqual({
      states: [],
      created_from: Date.parse("2026-10-31T16:00:00Z"),
      created_to: Date.parse("2026-11-01T16:00:00Z"),
      profile: "shop",
      search: "",
    });
  });
});
