import { useTranslation } from "react-i18next";
import type { OrdersOpened } from "../../ipc/model";
import { formatYuan } from "../../lib/money";

/** How many orders the filter lets through, and their money; `counting` while only the first rows are known. */
export function OrdersTotals({ opened, counting }: { opened: OrdersOpened | undefined; counting: boolean }) {
  const { t, i18n } = useTranslation();
  const count = new Intl.NumberFormat(i18n.language);
  if (counting) {
    return (
      <p className="totals quiet" data-testid="orders-counting">
        {t("orders.counting")}
      </p>
    );
  }
  if (!opened) {
    return (
      <p className="totals">
        <span className="skeleton totals-skeleton" />
      </p>
    );
  }
  return (
    <p className="totals figures" data-testid="orders-total" data-count={opened.count} aria-live="polite">
      {t("orders.totals", {
        total: count.format(opened.count),
        paidCount: count.format(opened.paid_count),
        paid: formatYuan(opened.paid_fen),
        refunded: formatYuan(opened.refunded_fen),
        net: formatYuan(opened.net_fen),
      })}
    </p>
  );
}
