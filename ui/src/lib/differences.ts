/** A run of characters that two texts share at the same place, or do not. */
export type Run = { text: string; differs: boolean };

/** Marks, character by character, where a text differs from another at the same place. */
export function markDifferences(text: string, other: string): Run[] {
  const mine = [...text];
  const theirs = [...other];
  const runs: Run[] = [];
  for (const [at, character] of mine.entries()) {
    const differs = character !== theirs[at];
    const last = runs.at(-1);
    if (last && last.differs === differs) last.text += character;
    else runs.push({ text: character, differs });
  }
  return runs;
}
