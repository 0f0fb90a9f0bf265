import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { VisibleText } from "../../components/VisibleText";
import type { Stretch } from "../../ipc/model";

/** So much of what both share is kept on each side of a difference. */
const KEPT = 28;

type BesideProps = { aligned: Stretch[]; left: string; right: string; testId: string };

/** Two texts one above the other, so that what they share stands in the same columns; what differs is marked. */
export function BesideView({ aligned, left, right, testId }: BesideProps) {
  const { t } = useTranslation();
  const [whole, setWhole] = useState(false);
  const long = aligned.some(
    (stretch, at) => stretch.same && shortened(stretch.left, at, aligned.length) !== stretch.left,
  );
  return (
    <div className="beside" data-testid={testId}>
      <dl className="beside-rows">
        <dt>{left}</dt>
        <dd>
          <Row aligned={aligned} side="left" whole={whole} />
        </dd>
        <dt>{right}</dt>
        <dd>
          <Row aligned={aligned} side="right" whole={whole} />
        </dd>
      </dl>
      {long && (
        <Button type="link" size="small" className="beside-more" onClick={() => setWhole(!whole)}>
          {t(whole ? "signature.showDiffering" : "signature.showWhole")}
        </Button>
      )}
    </div>
  );
}

type RowProps = { aligned: Stretch[]; side: "left" | "right"; whole: boolean };

function Row({ aligned, side, whole }: RowProps) {
  return (
    <code className="mono beside-text" data-side={side}>
      {keyed(aligned).map(({ key, at, stretch }) => {
        if (stretch.same) {
          const text = whole ? stretch.left : shortened(stretch.left, at, aligned.length);
          return (
            <span key={key}>
              <VisibleText text={text} />
            </span>
          );
        }
        const mine = [...stretch[side]];
        const others = [...stretch[side === "left" ? "right" : "left"]];
        return (
          <span key={key}>
            {mine.length > 0 && (
              <mark>
                <VisibleText text={mine.join("")} />
              </mark>
            )}
            {others.length > mine.length && (
              <span className="gap" aria-hidden="true" data-gap={others.slice(mine.length).join("")} />
            )}
          </span>
        );
      })}
    </code>
  );
}

/** Each stretch with its place among them and the character at which it begins. */
function keyed(aligned: Stretch[]): { key: number; at: number; stretch: Stretch }[] {
  let begins = 0;
  return aligned.map((stretch, at) => {
    const key = begins;
    begins += stretch.left.length + stretch.right.length;
    return { key, at, stretch };
  });
}

/** What both share, with an ellipsis for the part that is far from any difference. */
function shortened(text: string, at: number, count: number): string {
  const characters = [...text];
  const first = at === 0 ? 0 : KEPT;
  const last = at === count - 1 ? 0 : KEPT;
  // An only stretch has no difference to be near to.
  if (count === 1 || characters.length <= first + last + KEPT) return text;
  const head = characters.slice(0, first).join("");
  const tail = last > 0 ? characters.slice(-last).join("") : "";
  return `${head}…${tail}`;
}
