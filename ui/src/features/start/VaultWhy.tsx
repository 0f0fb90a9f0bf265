import { useTranslation } from "react-i18next";
import type { Vault } from "../../ipc/model";

function reasonOf({ mode, keyring }: Vault) {
  if (mode === "keyring") return "vault.whyKeyring";
  if (keyring === "usable") return "vault.whyUsable";
  return keyring === "locked" ? "vault.whyLocked" : "vault.whyAbsent";
}

/** Which way of keeping secrets is in use, and why that one. */
export function VaultWhy({ vault }: { vault: Vault }) {
  const { t } = useTranslation();
  if (vault.state === "broken") {
    return (
      <div className="vault-why" role="alert" data-testid="vault-broken">
        <p>{t("error.vault_broken.what")}</p>
        <p>{t("error.vault_broken.money")}</p>
        <p>{t("error.vault_broken.next")}</p>
        <p className="mono quiet" lang="en">
          {vault.detail}
        </p>
      </div>
    );
  }
  return (
    <p className="vault-why" data-testid="vault-why" title={vault.detail || undefined}>
      {t(reasonOf(vault))}
    </p>
  );
}
