import { describe, expect, it } from "vitest";
import { unwrap } from "./desk";
import { asFailure, IpcFailure } from "./failure";

const error = {
  code: "outcome_unknown" as const,
  message: "timed out after 6 s",
  message_zh: null,
  retry: "after_query" as const,
  trace: "7f3a",
  field: null,
  gateway: null,
};

describe("an answer of the core", () => {
  it("is its data when it went well", async () => {
    await expect(unwrap(Promise.resolve({ status: "ok", data: 7 }))).resolves.toBe(7);
  });

  it("is thrown with its code, trace and retry when it did not", async () => {
    const failure = await unwrap(Promise.resolve({ status: "error" as const, error })).catch(
      (thrown: unknown) => thrown,
    );
    expect(failure).toBeInstanceOf(IpcFailure);
    expect(failure).toMatchObject({ code: "outcome_unknown", trace: "7f3a", retry: "after_query" });
  });

  it("that never came is an internal failure and keeps what was said", async () => {
    const failure = await unwrap(Promise.reject("command orders_open not allowed")).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: "internal", message: "command orders_open not allowed" });
    expect(asFailure(failure)).toBe(failure);
  });
});
