import { useStart } from "../../components/use-settings";
import type { Vault } from "../../ipc/model";
import { MerchantForm } from "./MerchantForm";
import { VaultForm } from "./VaultForm";
import { VaultWhy } from "./VaultWhy";

/** Whether a secret can be kept right now, or a passphrase has to be given first. */
function needsPassphrase(vault: Vault): boolean {
  if (vault.state === "open" || vault.state === "broken") return false;
  return vault.mode === "passphrase" || (vault.mode === "none" && vault.keyring !== "usable");
}

type MerchantStepsProps = { onCancel: () => void; onAdded: (name: string) => void };

/** Adding a merchant: first a place for its key where there is none, then its details. */
export function MerchantSteps({ onCancel, onAdded }: MerchantStepsProps) {
  const { vault } = useStart();
  if (vault.state === "broken") return <VaultWhy vault={vault} />;
  if (needsPassphrase(vault)) return <VaultForm vault={vault} onCancel={onCancel} />;
  return <MerchantForm onCancel={onCancel} onAdded={onAdded} />;
}
