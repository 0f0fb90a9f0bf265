import { useTranslation } from "react-i18next";
import type { SecretView } from "../ipc/model";

/** What may be said of a stored secret: that it is set, how it ends, and a fingerprint to compare by. */
export function SecretText({ secret }: { secret: SecretView }) {
  const { t } = useTranslation();
  if (!secret.set) return <span className="quiet">{t("settings.secretUnset")}</span>;
  return (
    <span className="figures">
      {t("settings.secretSet", { tail: secret.tail ?? "", fingerprint: secret.fingerprint ?? "—" })}
    </span>
  );
}
