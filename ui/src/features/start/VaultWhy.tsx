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
  return (
    <p className="vault-why" data-testid="vault-why" title={vault.detail || undefined}>
      {t(reasonOf(vault))}
    </p>
  );
}
