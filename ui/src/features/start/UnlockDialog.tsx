import { useTranslation } from "react-i18next";
import { Dialog } from "../../components/Dialog";
import { useStart } from "../../components/use-settings";
import { VaultForm } from "./VaultForm";

/** Asks for the passphrase over whatever screen is open. */
export function UnlockDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { vault } = useStart();
  return (
    <Dialog onCancel={onClose} width={440}>
      {vault.state === "locked" && <p className="quiet">{t("vault.unlockText")}</p>}
      <VaultForm vault={vault} onCancel={onClose} onDone={onClose} />
    </Dialog>
  );
}
