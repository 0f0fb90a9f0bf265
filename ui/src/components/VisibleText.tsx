import { useTranslation } from "react-i18next";
import { type Stretch, showInvisible } from "../lib/invisible";

/** A value with every character that the eye would miss drawn by its name. Text only: nothing in it is ever markup.
 *  With `lines`, a line feed is what it is in a message: the end of a line. */
export function VisibleText({ text, lines = false }: { text: string; lines?: boolean }) {
  const { t } = useTranslation();
  let at = 0;
  return showInvisible(text).map((stretch) => {
    const key = at;
    at += stretch.text.length;
    if (stretch.invisible === null || (lines && stretch.invisible === "LF"))
      return <span key={key}>{stretch.text}</span>;
    return (
      <mark key={key} className="invisible" title={t("common.invisible", { name: titleOf(stretch) })}>
        {stretch.invisible}
        {stretch.invisible === "LF" ? "\n" : ""}
      </mark>
    );
  });
}

/** `SP U+0020`; a character whose only name is its number has it once. */
function titleOf({ text, invisible }: Stretch): string {
  const code = `U+${(text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  return invisible === code ? code : `${invisible} ${code}`;
}
