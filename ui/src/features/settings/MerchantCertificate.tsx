import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../components/Dialog";
import { ErrorView } from "../../components/ErrorView";
import { TimeText } from "../../components/TimeText";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import { asFailure } from "../../ipc/failure";
import type { Profile } from "../../ipc/model";
import { startQuery } from "../../ipc/queries";

const SOON_MS = 30 * 24 * 60 * 60 * 1000;

/** Until when a merchant's certificate is valid, and the way to import one. */
export function MerchantCertificate({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const [named, setNamed] = useState<string | null>(null);
  const { choose, open } = useImport(profile, setNamed);
  const { certificate } = profile;
  const left = certificate ? certificate.not_after - Date.now() : 0;
  return (
    <>
      {certificate && (
        <div
          className={left < SOON_MS ? "certificate-soon" : undefined}
          title={t("settings.certificateSerial", { serial: certificate.serial })}
          data-testid="certificate-until"
        >
          {t(left < 0 ? "settings.certificateOver" : "settings.certificateUntil")}{" "}
          <TimeText at={certificate.not_after} />
        </div>
      )}
      <Button
        size="small"
        type={certificate ? "text" : "default"}
        loading={choose.isPending}
        onClick={() => choose.mutate()}
        data-testid="certificate-import"
      >
        {t(certificate ? "settings.certificateReplace" : "settings.certificateImport")}
      </Button>
      {named !== null && (
        <PasswordDialog
          file={named}
          error={open.error}
          busy={open.isPending}
          onEnter={(password) => open.mutate(password)}
          onClose={() => setNamed(null)}
        />
      )}
    </>
  );
}

/** WeChat's files open with the merchant number; only one with another password is asked for it. */
function useImport(profile: Profile, ask: (file: string | null) => void) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const report = useReport();
  const done = () => {
    ask(null);
    message.success(t("settings.certificateImported"));
    return client.invalidateQueries({ queryKey: startQuery().queryKey });
  };
  const choose = useMutation({
    mutationFn: async () => {
      const file = await desk().certificateChoose();
      if (file === null) return "none" as const;
      try {
        await desk().certificateImport(profile.name, null);
        return "imported" as const;
      } catch (error) {
        if (asFailure(error).field !== "p12_password") throw error;
        ask(file);
        return "asked" as const;
      }
    },
    onSuccess: (came) => (came === "imported" ? done() : undefined),
    onError: report,
  });
  const open = useMutation({
    mutationFn: (password: string) => desk().certificateImport(profile.name, password),
    onSuccess: done,
    gcTime: 0,
  });
  return { choose, open };
}

type PasswordDialogProps = {
  file: string;
  error: Error | null;
  busy: boolean;
  onEnter: (password: string) => void;
  onClose: () => void;
};

function PasswordDialog({ file, error, busy, onEnter, onClose }: PasswordDialogProps) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  return (
    <Dialog onCancel={onClose} width={420}>
      <h2>{t("settings.certificatePassword")}</h2>
      <p className="quiet">{t("settings.certificatePasswordText", { file })}</p>
      <form
        className="refund-look"
        onSubmit={(event) => {
          event.preventDefault();
          onEnter(password);
        }}
      >
        <Input.Password
          value={password}
          autoComplete="off"
          aria-label={t("settings.certificatePassword")}
          onChange={(event) => setPassword(event.target.value)}
          data-testid="certificate-password"
        />
        <Button type="primary" htmlType="submit" loading={busy} data-testid="certificate-open">
          {t("settings.certificateOpen")}
        </Button>
      </form>
      {error && <ErrorView error={error} compact />}
    </Dialog>
  );
}
