import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Fact, Facts } from "../../components/Fact";
import { useReport } from "../../components/use-report";
import { useStart } from "../../components/use-settings";
import { desk } from "../../ipc/client";
import type { Vault } from "../../ipc/model";
import { startQuery } from "../../ipc/queries";
import { UnlockDialog } from "../start/UnlockDialog";
import { VaultWhy } from "../start/VaultWhy";

const MODE = { none: "vault.modeNone", keyring: "vault.modeKeyring", passphrase: "vault.modePassphrase" } as const;
const STATE = {
  absent: "vault.stateAbsent",
  locked: "vault.stateLocked",
  open: "vault.stateOpen",
  broken: "vault.stateBroken",
} as const;

const CHIP = { absent: "chip", locked: "chip", open: "chip chip-good", broken: "chip chip-danger" } as const;

/** Which way of keeping secrets is active and why; a passphrase vault can be locked and opened here. */
export function VaultSettings() {
  const { t } = useTranslation();
  const { vault } = useStart();
  return (
    <section className="settings-part">
      <h2>{t("settings.vault")}</h2>
      <Facts>
        <Fact name={t(vault.state === "broken" ? "vault.file" : MODE[vault.mode])}>
          <span className="vault-state">
            {(vault.mode !== "none" || vault.state === "broken") && (
              <span className={CHIP[vault.state]} data-testid="vault-state" data-state={vault.state}>
                {t(STATE[vault.state])}
              </span>
            )}
            <VaultAction vault={vault} />
          </span>
        </Fact>
      </Facts>
      <VaultWhy vault={vault} />
    </section>
  );
}

function VaultAction({ vault }: { vault: Vault }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const report = useReport();
  const [asking, setAsking] = useState(false);
  const lock = useMutation({
    mutationFn: () => desk().vaultLock(),
    onSuccess: () => client.invalidateQueries({ queryKey: startQuery().queryKey }),
    onError: report,
  });
  if (vault.mode !== "passphrase") return null;
  if (vault.state === "open") {
    return (
      <Button size="small" loading={lock.isPending} onClick={() => lock.mutate()} data-testid="vault-lock">
        {t("vault.lock")}
      </Button>
    );
  }
  return (
    <>
      <Button size="small" type="primary" onClick={() => setAsking(true)} data-testid="vault-unlock">
        {t(vault.state === "absent" ? "vault.create" : "vault.unlock")}
      </Button>
      {asking && <UnlockDialog onClose={() => setAsking(false)} />}
    </>
  );
}
