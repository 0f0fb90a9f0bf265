const BEIJING_OFFSET_MS = 8 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** UTC milliseconds as Beijing civil time, `2026-11-20 15:04:05`, whatever zone this machine is in. */
export function formatTime(at: number): string {
  return new Date(at + BEIJING_OFFSET_MS).toISOString().slice(0, 19).replace("T", " ");
}

/** The same with its zone, for tooltips and for copying. */
export function formatTimeWithZone(at: number): string {
  return `${formatTime(at)} +08:00`;
}

/** The Beijing day of a moment, `2026-11-20`. */
export function beijingDay(at: number): string {
  return formatTime(at).slice(0, 10);
}

/** First millisecond of a Beijing day written `2026-11-20`, or null when it is no day. */
export function dayStart(day: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  const at = Date.parse(`${day}T00:00:00+08:00`);
  return Number.isNaN(at) || beijingDay(at) !== day ? null : at;
}

/** First millisecond after a Beijing day, or null when it is no day. */
export function dayEnd(day: string): number | null {
  const start = dayStart(day);
  return start === null ? null : start + DAY_MS;
}

/** Whole seconds from now until a moment, never negative. */
export function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / 1000));
}

/** A length of time in its largest two units: `4 s`, `3 min 20 s`, `2 h 5 min`, `6 d 3 h`. */
export function formatSeconds(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  const units: [number, string][] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const first = units.findIndex(([size]) => s >= size);
  if (first < 0) return "0 s";
  let rest = s;
  const parts: string[] = [];
  for (const [size, unit] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(" ");
}
