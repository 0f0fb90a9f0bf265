import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { simulatorStatusQuery } from "../ipc/queries";

/** Beside the gateway's entry on every screen, while it goes wrong on purpose: people forget that they switched it on. */
export function GatewayMark({ folded }: { folded: boolean }) {
  const { t } = useTranslation();
  const faults = useQuery({
    ...simulatorStatusQuery(),
    // The counters of the gateway move with every request; only what was switched on is of interest here.
    select: (status) => (status.running ? status.faults : 0),
  });
  if (!faults.data) return null;
  const words = t("nav.faults", { count: faults.data });
  return (
    <span
      className={folded ? "nav-mark nav-mark-dot" : "nav-mark"}
      role="status"
      title={words}
      aria-label={words}
      data-testid="nav-faults"
    >
      {!folded && t("nav.faultsShort", { count: faults.data })}
    </span>
  );
}
