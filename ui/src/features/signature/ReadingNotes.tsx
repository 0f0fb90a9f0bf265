import { useTranslation } from "react-i18next";
import type { ReadingNote } from "../../ipc/model";

type ReadingNotesProps = { notes: ReadingNote[]; onPick: (start: number, end: number) => void };

/** What reading repaired or doubted, one line each; a line with a place leads to it. */
export function ReadingNotes({ notes, onPick }: ReadingNotesProps) {
  const { t } = useTranslation();
  if (notes.length === 0) return null;
  return (
    <ul className="notes" data-testid="sig-notes" aria-label={t("signature.notes")}>
      {notes.map(({ fault, sentence, place }) => (
        <li key={`${place?.start ?? ""} ${sentence}`} className={fault ? "note note-doubt" : "note"}>
          <span className="note-kind">{t(fault ? "signature.noteFault" : "signature.noteRepair")}</span>
          {place && (
            <button type="button" className="note-place" onClick={() => onPick(place.start, place.end)}>
              {t("signature.noteAt", { line: place.line, column: place.column })}
            </button>
          )}
          <span>{sentence}</span>
        </li>
      ))}
    </ul>
  );
}
