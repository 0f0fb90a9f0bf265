import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { ErrorView } from "../../components/ErrorView";
import { desk } from "../../ipc/client";
import type { Vault } from "../../ipc/model";
import { startQuery } from "../../ipc/queries";
import { VaultWhy } from "./VaultWhy";

const LEAST_LENGTH = 8;

type VaultFields = { passphrase: string; repeat?: string };
type VaultFormProps = { vault: Vault; onCancel: () => void; onDone?: () => void };

/** Creates the passphrase vault where there is none, else opens it. The passphrase goes to the core and is kept nowhere. */
export function VaultForm({ vault, onCancel, onDone }: VaultFormProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<VaultFields>();
  const client = useQueryClient();
  const creating = vault.state === "absent";
  const open = useMutation({
    mutationFn: ({ passphrase }: VaultFields) =>
      creating ? desk().vaultCreate(passphrase) : desk().vaultUnlock(passphrase),
    onSuccess: async () => {
      form.resetFields();
      onDone?.();
      await client.invalidateQueries({ queryKey: startQuery().queryKey });
    },
    // A passphrase must not stay behind in the mutation's memory.
    gcTime: 0,
  });
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      className="narrow-form"
      onFinish={(fields) => open.mutate(fields)}
      data-testid="vault-form"
    >
      <h2>{t(creating ? "vault.title" : "vault.unlockTitle")}</h2>
      <VaultWhy vault={vault} />
      <Form.Item
        name="passphrase"
        label={t("vault.passphrase")}
        rules={[
          { required: true, message: t("vault.tooShort") },
          ...(creating ? [{ min: LEAST_LENGTH, message: t("vault.tooShort") }] : []),
        ]}
      >
        <Input.Password autoFocus autoComplete="off" data-testid="vault-passphrase" />
      </Form.Item>
      {creating && (
        <Form.Item
          name="repeat"
          label={t("vault.repeat")}
          dependencies={["passphrase"]}
          extra={t("vault.forgotten")}
          rules={[
            {
              validator: (_, value) =>
                value === form.getFieldValue("passphrase")
                  ? Promise.resolve()
                  : Promise.reject(new Error(t("vault.unlike"))),
            },
          ]}
        >
          <Input.Password autoComplete="off" data-testid="vault-repeat" />
        </Form.Item>
      )}
      {open.isError && <ErrorView error={open.error} />}
      <div className="form-foot">
        <Button type="primary" htmlType="submit" loading={open.isPending} data-testid="vault-submit">
          {t(creating ? "vault.create" : "vault.unlock")}
        </Button>
        <Button onClick={onCancel}>{t("common.cancel")}</Button>
      </div>
    </Form>
  );
}
