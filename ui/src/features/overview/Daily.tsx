import { useTranslation } from "react-i18next";
import { Money } from "../../components/Money";
import type { OverviewDay } from "../../ipc/model";

/** Each day in a row, the newest first, with a bar as long as its share of the best day. */
export function Daily({ days }: { days: OverviewDay[] }) {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const best = Math.max(1, ...days.map((day) => day.paid_fen));
  const newestFirst = [...days].sort((a, b) => (a.day < b.day ? 1 : -1));
  return (
    <section className="overview-part">
      <h2>{t("overview.daily")}</h2>
      <table className="list-table daily" data-testid="overview-daily">
        <thead>
          <tr>
            <th>{t("overview.day")}</th>
            <th className="right">{t("overview.orders")}</th>
            <th className="right">{t("overview.paid")}</th>
            <th className="right">{t("overview.paidFen")}</th>
            <th className="daily-bar-head" />
          </tr>
        </thead>
        <tbody>
          {newestFirst.map((day) => (
            <tr key={day.day} className={day.orders === 0 ? "quiet" : undefined}>
              <td className="figures">{day.day}</td>
              <td className="right figures">{number.format(day.orders)}</td>
              <td className="right figures">{number.format(day.paid)}</td>
              <td className="right">
                <Money fen={day.paid === 0 ? null : day.paid_fen} />
              </td>
              <td>
                {day.paid_fen > 0 && (
                  <span className="daily-bar" style={{ width: `${(day.paid_fen / best) * 100}%` }} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
