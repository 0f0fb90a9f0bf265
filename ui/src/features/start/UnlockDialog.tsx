import { Modal } from "antd";
import { useTranslation } from "react-i18next";
import { useStart } from "../../components/use-settings";
import { VaultForm } from "./VaultForm";

/** Asks for the passphrase over whatever screen is open. */
export function UnlockDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { vault } = useStart();
  return (
    <Modal open footer={null} onCancel={onClose} width={440} title={null}>
      {vault.state === "locked" && <p className="quiet">{t("vault.unlockText")}</p>}
      <VaultForm vault={vault} onCancel={onClose} onDone={onClose} />
    </Modal>
  );
}
