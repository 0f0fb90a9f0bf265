import { afterEach, describe, expect, it, vi } from "vitest";
import { beijingDay, dayEnd, dayStart, formatSeconds, formatTime, formatTimeWithZone, secondsUntil } from "./time";

const AT = Date.parse("2026-11-20T15:04:05+08:00");

afterEach(() => vi.unstubAllEnvs());

describe("time", () => {
  it.each(["UTC", "America/New_York", "Asia/Shanghai", "Pacific/Kiritimati"])(
    "is Beijing time on a machine in %s",
    (zone) => {
      vi.stubEnv("TZ", zone);
      expect(formatTime(AT)).toBe("2026-11-20 15:04:05");
      expect(formatTimeWithZone(AT)).toBe("2026-11-20 15:04:05 +08:00");
      expect(beijingDay(Date.parse("2026-11-20T16:00:00Z"))).toBe("2026-11-21");
      expect(dayStart("2026-11-20")).toBe(Date.parse("2026-11-19T16:00:00Z"));
    },
  );

  it("ends a day where the next begins", () => {
    expect(dayEnd("2026-11-20")).toBe(dayStart("2026-11-21"));
  });

  it.each(["2026-02-30", "2026-13-01", "20261120", "", "yesterday"])("does not take %s for a day", (text) => {
    expect(dayStart(text)).toBeNull();
  });

  it("counts down to zero and no further", () => {
    expect(secondsUntil(AT + 3100, AT)).toBe(4);
    expect(secondsUntil(AT - 5000, AT)).toBe(0);
  });

  it("writes a length of time in two units", () => {
    expect(formatSeconds(0)).toBe("0 s");
    expect(formatSeconds(59.6)).toBe("1 min");
    expect(formatSeconds(200)).toBe("3 min 20 s");
    expect(formatSeconds(7_500)).toBe("2 h 5 min");
  });
});
