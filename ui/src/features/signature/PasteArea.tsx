import { type Ref, type UIEvent, useImperativeHandle, useRef } from "react";
import type { ReadingNote } from "../../ipc/model";

export type PasteHandle = { select: (start: number, end: number) => void };
type PasteAreaProps = {
  id: string;
  text: string;
  onChange: (text: string) => void;
  /** Remarks about this very text; their places are marked. */
  notes: ReadingNote[];
  label: string;
  placeholder: string;
  testId: string;
  autoFocus?: boolean;
  ref?: Ref<PasteHandle>;
};

/** A remark about most of a text is told below it; marking all of it would mark nothing. */
const MARKED_SHARE_MAX = 0.5;

/** A text area whose repaired and doubtful places are marked where they stand. */
export function PasteArea(props: PasteAreaProps) {
  const { id, text, onChange, notes, label, placeholder, testId, autoFocus = false, ref } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const under = useRef<HTMLDivElement>(null);
  useImperativeHandle(ref, () => ({
    select: (start, end) => {
      area.current?.focus();
      area.current?.setSelectionRange(start, end);
    },
  }));
  const follow = (event: UIEvent<HTMLTextAreaElement>) => {
    if (under.current) under.current.scrollTop = event.currentTarget.scrollTop;
  };
  const marks = marksOf(notes, text);
  return (
    <div className="paste">
      {marks.length > 0 && (
        <div className="paste-under mono" aria-hidden="true" ref={under} data-testid={`${testId}-marks`}>
          {piecesOf(text, marks).map(({ at, piece, mark }) =>
            mark ? (
              <mark key={at} className={mark.fault ? "note-mark note-fault" : "note-mark"}>
                {piece}
              </mark>
            ) : (
              <span key={at}>{piece}</span>
            ),
          )}
          {"\n"}
        </div>
      )}
      <textarea
        id={id}
        ref={area}
        className="paste-text mono"
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        // biome-ignore lint/a11y/noAutofocus: the screen is for pasting, and the keyboard alone must do
        autoFocus={autoFocus}
        aria-label={label}
        placeholder={placeholder}
        data-testid={testId}
        value={text}
        onScroll={follow}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

type Mark = { start: number; end: number; fault: boolean };

/** What is marked, in the order of the text and without overlaps. */
function marksOf(notes: ReadingNote[], text: string): Mark[] {
  const found = notes.flatMap(({ place, fault }) => (place ? [{ start: place.start, end: place.end, fault }] : []));
  const marks: Mark[] = [];
  for (const mark of found.sort((a, b) => a.start - b.start || Number(b.fault) - Number(a.fault))) {
    const fits = mark.end > mark.start && mark.end <= text.length && mark.start >= (marks.at(-1)?.end ?? 0);
    if (fits && mark.end - mark.start <= Math.max(8, text.length * MARKED_SHARE_MAX)) marks.push(mark);
  }
  return marks;
}

function piecesOf(text: string, marks: Mark[]): { at: number; piece: string; mark: Mark | null }[] {
  const pieces: { at: number; piece: string; mark: Mark | null }[] = [];
  let at = 0;
  for (const mark of marks) {
    if (mark.start > at) pieces.push({ at, piece: text.slice(at, mark.start), mark: null });
    pieces.push({ at: mark.start, piece: text.slice(mark.start, mark.end), mark });
    at = mark.end;
  }
  if (at < text.length) pieces.push({ at, piece: text.slice(at), mark: null });
  return pieces;
}
