import { type UseQueryOptions, useQueries } from "@tanstack/react-query";
import { type ReactNode, type UIEvent, useEffect, useRef, useState } from "react";

/** A stretch of a list, and how long the list is in all. */
type Stretch<Row> = { total: number; rows: Row[] };
type Column = { name: string; width?: number; right?: boolean };

type PagedTableProps<Row> = {
  total: number;
  columns: Column[];
  /** Rows in one stretch. */
  pageRows: number;
  /** The question for one stretch, counted from 0. */
  // biome-ignore lint/suspicious/noExplicitAny: every question has a key of its own shape
  page: (page: number) => UseQueryOptions<Stretch<Row>, Error, Stretch<Row>, any>;
  /** One row of the height of all rows. */
  row: (row: Row, place: number) => ReactNode;
  /** The place of a row that is brought into sight, from 0. */
  inSight?: number | null;
  label: string;
};

const ROW_PX = 32;
/** Rows kept ready above and below those in sight. */
const SPARE = 16;
/** What is taken for the height until there is one. */
const UNKNOWN_PX = 640;

/** A table as long as the list, of which only the rows in sight and their neighbours exist. */
export function PagedTable<Row>({ total, columns, pageRows, page, row, label, inSight = null }: PagedTableProps<Row>) {
  const { first, last, onScroll, scroller } = useSight(total);
  useEffect(() => {
    if (scroller.current && inSight !== null) bringIntoSight(scroller.current, inSight);
  }, [inSight, scroller]);
  const from = Math.floor(first / pageRows);
  const count = Math.max(1, Math.ceil(last / pageRows) - from);
  const pages = useQueries({ queries: Array.from({ length: count }, (_, at) => page(from + at)) });
  const rows = [];
  for (let at = first; at < last; at += 1) {
    const found = pages[Math.floor(at / pageRows) - from]?.data?.rows[at % pageRows];
    rows.push(found === undefined ? <Waiting key={at} columns={columns.length} /> : row(found, at));
  }
  return (
    <div className="table-scroll" ref={scroller} onScroll={onScroll}>
      <table className="list-table list-table-fixed" aria-label={label} aria-rowcount={total}>
        <colgroup>
          {columns.map(({ name, width }) => (
            <col key={name} style={width === undefined ? undefined : { width }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map(({ name, right }) => (
              <th key={name} className={right ? "right" : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} columns={columns.length} />
          {rows}
          <Gap rows={total - last} columns={columns.length} />
        </tbody>
      </table>
    </div>
  );
}

/** Which rows are in sight; it changes in steps, so that most turns of the wheel draw nothing anew. */
function useSight(total: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const [step, setStep] = useState(0);
  const onScroll = (event: UIEvent<HTMLDivElement>) =>
    setStep(Math.floor(event.currentTarget.scrollTop / (ROW_PX * 8)));
  const height = scroller.current?.clientHeight || UNKNOWN_PX;
  const top = step * 8;
  const first = Math.min(Math.max(0, top - SPARE), Math.max(0, total - 1));
  const last = Math.min(total, top + 8 + Math.ceil(height / ROW_PX) + SPARE);
  return { first, last: Math.max(first, last), onScroll, scroller };
}

/** Scrolls no farther than it takes for a row to be seen whole, below the head. */
function bringIntoSight(scroller: HTMLDivElement, place: number) {
  const top = place * ROW_PX;
  const room = (scroller.clientHeight || UNKNOWN_PX) - 2 * ROW_PX;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top > scroller.scrollTop + room) scroller.scrollTop = top - room;
}

function Gap({ rows, columns }: { rows: number; columns: number }) {
  if (rows <= 0) return null;
  return (
    <tr className="row-gap">
      <td colSpan={columns} style={{ height: rows * ROW_PX }} />
    </tr>
  );
}

function Waiting({ columns }: { columns: number }) {
  return (
    <tr>
      <td colSpan={columns}>
        <span className="skeleton skeleton-cell" />
      </td>
    </tr>
  );
}
