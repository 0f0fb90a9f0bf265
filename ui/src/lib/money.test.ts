import { describe, expect, it } from "vitest";
import { fenAsTyped, formatFen, formatYuan } from "./money";

describe("money", () => {
  it.each([
    [0, "0.00"],
    [1, "0.01"],
    [7, "0.07"],
    [10, "0.10"],
    [435, "4.35"],
    [1999, "19.99"],
    [99_999, "999.99"],
    [100_000, "1,000.00"],
    [123_456_789, "1,234,567.89"],
    [-1, "−0.01"],
    [-123_456, "−1,234.56"],
  ])("writes %d fen as %s", (fen, text) => {
    expect(formatFen(fen)).toBe(text);
  });

  it("is exact at the largest amount that may cross, where a division by 100 is not", () => {
    expect(formatFen(Number.MAX_SAFE_INTEGER)).toBe("90,071,992,547,409.91");
    expect(formatFen(-Number.MAX_SAFE_INTEGER)).toBe("−90,071,992,547,409.91");
  });

  it("puts the minus before the currency sign", () => {
    expect(formatYuan(123_456)).toBe("¥1,234.56");
    expect(formatYuan(-5)).toBe("−¥0.05");
  });

  it("refuses what is not a whole number of fen instead of rounding it", () => {
    expect(() => formatFen(0.5)).toThrow(RangeError);
    expect(() => formatFen(Number.NaN)).toThrow(RangeError);
    expect(() => formatFen(2 ** 53)).toThrow(RangeError);
  });

  it("fills an amount field with what the core's parser takes", () => {
    expect(fenAsTyped(123_456_789)).toBe("1234567.89");
  });
});
