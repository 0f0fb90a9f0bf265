import { formatYuan } from "../lib/money";

type MoneyProps = { fen: number | null; strong?: boolean; large?: boolean };

/** An amount of money; what does not apply is an em dash. */
export function Money({ fen, strong = false, large = false }: MoneyProps) {
  const name = `money${strong ? " money-strong" : ""}${large ? " money-large" : ""}`;
  return <span className={name}>{fen === null ? "—" : formatYuan(fen)}</span>;
}
