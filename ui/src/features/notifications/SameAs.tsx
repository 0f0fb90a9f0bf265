import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

/** Names the notice that came first and opens it, wherever in the list it stands. */
export function SameAs({ id }: { id: number }) {
  const { t } = useTranslation();
  return (
    <Link
      to="/notices"
      search={{ notice: id }}
      // The row that it stands in would open itself instead.
      onClick={(event) => event.stopPropagation()}
      data-testid="notice-same-as"
    >
      {t("notify.duplicateOf", { id })}
    </Link>
  );
}
