import type { TFunction } from "i18next";

const WORDS = ["pay", "cancel", "leave", "expire", "succeed", "fail", "change", "stay", "advance"] as const;

/** What a step of a scenario does, in words; a word that the window does not know stays as it is in the file. */
export function stepWord(t: TFunction, word: string): string {
  const known = WORDS.find((one) => one === word);
  return known ? t(`simulator.scenario.word.${known}`) : word;
}
