import type { TestOrdersResult } from "../../ipc/model";

/** A batch that ended by itself before all orders were made. */
export type Stopped = { made: number; asked: number; why: string };

/** Says whether a batch of `asked` orders ended early by itself, and why. */
export function stoppedOf(result: TestOrdersResult, asked: number): Stopped | null {
  if (result.stopped === null) return null;
  return { made: result.created + result.reused + result.rejected + result.unknown, asked, why: result.stopped };
}
