const MOST_STEPS = 20;
const LONGEST_S = 86_400;

/** `5, 10，30 60` as whole seconds, or null when a step is missing, not whole, or longer than a day. */
export function readLadder(text: string): number[] | null {
  const parts = text.split(/[\s,，、]+/).filter((part) => part !== "");
  if (parts.length === 0 || parts.length > MOST_STEPS) return null;
  const steps = parts.map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : 0));
  return steps.every((step) => step >= 1 && step <= LONGEST_S) ? steps : null;
}

/** The ladder as it is typed. */
export function writeLadder(steps: number[]): string {
  return steps.join(", ");
}
