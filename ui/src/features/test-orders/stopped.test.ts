import { describe, expect, it } from "vitest";
import type { TestOrdersResult } from "../../ipc/model";
import { stoppedOf } from "./stopped";

const result = (part: Partial<TestOrdersResult>): TestOrdersResult => ({
  created: 0,
  reused: 0,
  rejected: 0,
  unknown: 0,
  orders: [],
  cancelled: false,
  stopped: null,
  ...part,
});

describe("a batch", () => {
  it("that was made whole, or that a person cancelled, did not stop by itself", () => {
    expect(stoppedOf(result({ created: 8, rejected: 1, unknown: 1 }), 10)).toBeNull();
    expect(stoppedOf(result({ created: 5, cancelled: true }), 10)).toBeNull();
  });

  it("that stopped gives the core's reason", () => {
    expect(stoppedOf(result({ rejected: 4, stopped: "connection refused" }), 10)).toEqual({
      made: 4,
      asked: 10,
      why: "connection refused",
    });
  });
});
