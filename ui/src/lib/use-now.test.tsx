import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useNow } from "./use-now";

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(0);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms));

describe("a countdown", () => {
  it("moves every five seconds far from its end and every second near it", () => {
    const { result } = renderHook(() => useNow(30_000));
    pass(4000);
    expect(result.current).toBe(0);
    pass(1000);
    expect(result.current).toBe(5000);
    pass(16_000);
    expect(result.current).toBe(21_000);
  });

  it("stands still while nobody sees the window, and goes on at the next look", () => {
    const { result } = renderHook(() => useNow(30_000));
    const hide = (hidden: boolean) => {
      vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
      act(() => void document.dispatchEvent(new Event("visibilitychange")));
    };
    hide(true);
    expect(vi.getTimerCount()).toBe(0);
    pass(7000);
    expect(result.current).toBe(0);
    hide(false);
    expect(result.current).toBe(7000);
    expect(vi.getTimerCount()).toBe(1);
  });

  it("has no timer when there is nothing to count down to, nor after its end", () => {
    renderHook(() => useNow(null));
    expect(vi.getTimerCount()).toBe(0);
    renderHook(() => useNow(2000));
    pass(5000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
