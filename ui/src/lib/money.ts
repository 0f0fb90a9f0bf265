const MINUS = "−";

/** Fen as people read it: `1,234.56`, minus as `−`, made from the digits alone so that no fraction is ever rounded. */
export function formatFen(fen: number): string {
  if (!Number.isSafeInteger(fen)) throw new RangeError(`not an amount in fen: ${fen}`);
  const negative = fen < 0;
  const digits = String(negative ? -fen : fen).padStart(3, "0");
  const yuan = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${negative ? MINUS : ""}${yuan}.${digits.slice(-2)}`;
}

/** Fen with its currency sign: `¥1,234.56`, `−¥0.01`. */
export function formatYuan(fen: number): string {
  const text = formatFen(fen);
  return text.startsWith(MINUS) ? `${MINUS}¥${text.slice(1)}` : `¥${text}`;
}

/** Fen as a person would type it into an amount field: `1234.56`. */
export function fenAsTyped(fen: number): string {
  return formatFen(fen).replaceAll(",", "").replace(MINUS, "-");
}
