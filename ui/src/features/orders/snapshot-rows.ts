import type { IDatasource, IGetRowsParams, SortModelItem } from "ag-grid-community";
import { asFailure } from "../../ipc/failure";
import type { OrderRow, OrderSort } from "../../ipc/model";

/** A snapshot in the core, or the first rows of a list whose snapshot is still being taken. */
export type Shown = { count: number; sort: OrderSort } & ({ snapshot: number } | { first: OrderRow[] });
type ReadRows = (snapshot: number, start: number, end: number) => Promise<OrderRow[]>;
/** Rows that are read before the grid asks for them. */
type Ahead = { snapshot: number; start: number; rows: Promise<OrderRow[]> };

/** Feeds the grid from a snapshot in the core, one window of rows at a time, and from the first rows until there is one. */
export class SnapshotRows implements IDatasource {
  #shown: Shown | null = null;
  #waiting: IGetRowsParams[] = [];
  #ahead: Ahead | null = null;
  #lastStart = 0;
  readonly #read: ReadRows;
  readonly #onGone: () => void;
  readonly #onFailure: (error: unknown) => void;

  /** `onGone` opens the snapshot again after the core has forgotten it. */
  constructor(read: ReadRows, onGone: () => void, onFailure: (error: unknown) => void) {
    this.#read = read;
    this.#onGone = onGone;
    this.#onFailure = onFailure;
  }

  /** Rows come from this list from now on; those asked for in another order are given up. */
  show(shown: Shown): void {
    this.#shown = shown;
    this.#ahead = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const params of waiting) {
      if (isSortedAs(params.sortModel, shown.sort)) void this.#load(params, shown);
      else params.failCallback();
    }
  }

  getRows(params: IGetRowsParams): void {
    const shown = this.#shown;
    // After a click on a header the grid asks before the core has sorted: rows in the old order would flash past.
    if (!shown || !isSortedAs(params.sortModel, shown.sort)) this.#waiting.push(params);
    else void this.#load(params, shown);
  }

  async #load(params: IGetRowsParams, shown: Shown): Promise<void> {
    const end = Math.min(params.endRow, shown.count);
    if ("first" in shown || params.startRow >= end) {
      params.successCallback("first" in shown ? shown.first.slice(params.startRow, end) : [], shown.count);
      return;
    }
    try {
      const ahead =
        this.#ahead?.snapshot === shown.snapshot && this.#ahead.start === params.startRow ? this.#ahead : null;
      const rows = await (ahead?.rows ?? this.#read(shown.snapshot, params.startRow, end));
      params.successCallback(rows, (this.#shown ?? shown).count);
      if (this.#shown === shown) this.#readAhead(shown, params);
    } catch (error) {
      params.failCallback();
      if (asFailure(error).code !== "not_found") this.#onFailure(error);
      else if (this.#shown === shown) this.#onGone();
    }
  }

  /** Reads the next window in the direction of the scroll: the grid asks for it only when it is all but in sight. */
  #readAhead({ snapshot, count }: Shown & { snapshot: number }, { startRow, endRow }: IGetRowsParams): void {
    const size = endRow - startRow;
    const start = startRow < this.#lastStart ? startRow - size : endRow;
    this.#lastStart = startRow;
    if (start < 0 || start >= count || this.#ahead?.start === start) return;
    const ahead = { snapshot, start, rows: this.#read(snapshot, start, Math.min(start + size, count)) };
    this.#ahead = ahead;
    // Asked for in earnest it is read again, and what is wrong then is reported.
    ahead.rows.catch(() => {
      if (this.#ahead === ahead) this.#ahead = null;
    });
  }
}

/** Whether the grid's sort is the snapshot's. No sort in the grid is the default one. */
function isSortedAs(model: SortModelItem[], sort: OrderSort): boolean {
  const first = model[0];
  if (!first) return sort.by === "created_at" && sort.descending;
  return first.colId === sort.by && (first.sort === "desc") === sort.descending;
}
