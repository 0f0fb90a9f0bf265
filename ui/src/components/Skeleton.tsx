const WIDTHS = ["72%", "54%", "83%", "61%", "77%", "48%", "69%", "58%"];

/** Rows that are on their way, in the height that they will have. */
export function SkeletonRows({ rows = 6 }: { rows?: number }) {
  return (
    <div className="skeleton-rows" aria-busy="true" data-testid="skeleton">
      {WIDTHS.slice(0, rows).map((width) => (
        <div key={width} className="skeleton-row">
          <span className="skeleton" style={{ width }} />
        </div>
      ))}
    </div>
  );
}
