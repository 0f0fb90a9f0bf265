import { PlusOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { Dialog } from "../../components/Dialog";
import { EmptyView } from "../../components/EmptyView";
import { EnvironmentTag } from "../../components/EnvironmentTag";
import { ProfileName } from "../../components/ProfileName";
import { SecretText } from "../../components/SecretText";
import { useProfileLabel } from "../../components/use-profile-label";
import { useReport } from "../../components/use-report";
import { useProfileSwitch, useStart } from "../../components/use-settings";
import { desk } from "../../ipc/client";
import type { Profile } from "../../ipc/model";
import { startQuery } from "../../ipc/queries";
import { useStartBuiltin } from "../start/FirstStart";
import { MerchantSteps } from "../start/MerchantSteps";
import { MerchantCertificate } from "./MerchantCertificate";

const route = getRouteApi("/settings");

/** The merchants on this machine, and what may be said of their secrets. */
export function Merchants() {
  const { t } = useTranslation();
  const { profiles } = useStart();
  const navigate = useNavigate();
  const { add } = route.useSearch();
  const report = useReport();
  const builtin = useStartBuiltin();
  const setAdding = (adding: boolean) =>
    void navigate({ to: "/settings", search: adding ? { add: true } : {}, replace: true });
  const addButton = (
    <Button size="small" icon={<PlusOutlined />} onClick={() => setAdding(true)} data-testid="settings-add-merchant">
      {t("settings.addMerchant")}
    </Button>
  );
  return (
    <section className="settings-part">
      <header className="part-head">
        <h2>{t("settings.merchants")}</h2>
        <span className="part-actions">
          {!profiles.some((profile) => profile.builtin) && (
            <Button
              size="small"
              loading={builtin.isPending}
              onClick={() => builtin.mutate(undefined, { onError: report })}
            >
              {t("settings.useBuiltin")}
            </Button>
          )}
          {addButton}
        </span>
      </header>
      {profiles.length === 0 ? (
        <EmptyView title={t("settings.merchantsEmpty")} text={t("settings.merchantsEmptyText")} />
      ) : (
        <MerchantTable profiles={profiles} />
      )}
      {add && (
        <Dialog onCancel={() => setAdding(false)} width={560} style={{ top: 56 }}>
          <MerchantSteps onCancel={() => setAdding(false)} onAdded={() => setAdding(false)} />
        </Dialog>
      )}
    </section>
  );
}

function MerchantTable({ profiles }: { profiles: Profile[] }) {
  const { t } = useTranslation();
  return (
    <div className="table-frame">
      <table className="list-table merchant-table">
        <thead>
          <tr>
            <th>{t("settings.column.name")}</th>
            <th>{t("settings.column.environment")}</th>
            <th>{t("settings.column.mchId")}</th>
            <th>{t("settings.column.appid")}</th>
            <th>{t("settings.column.signType")}</th>
            <th>{t("settings.column.key")}</th>
            <th>{t("settings.column.secret")}</th>
            <th>{t("settings.column.certificate")}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {profiles.map((profile) => (
            <MerchantLine key={profile.name} profile={profile} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MerchantLine({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const { active_profile } = useStart();
  const { message } = App.useApp();
  const use = useProfileSwitch();
  const nameOf = useProfileLabel();
  const report = useReport();
  const client = useQueryClient();
  const remove = useMutation({
    // The core asks the person and hands out a token for this one merchant; the window only passes it on.
    mutationFn: async () => desk().profileRemove(profile.name, await desk().confirm("remove_profile", profile.name)),
    onSuccess: () => {
      message.success(t("settings.removed", { name: nameOf(profile.name) }));
      return client.invalidateQueries({ queryKey: startQuery().queryKey });
    },
    onError: report,
  });
  return (
    <tr data-testid="merchant-row" data-name={profile.name}>
      <td>
        <strong>
          <ProfileName name={profile.name} />
        </strong>
        {profile.base_url && <div className="mono quiet">{profile.base_url}</div>}
      </td>
      <td>
        <EnvironmentTag environment={profile.environment} />
      </td>
      <td>
        <CopyText text={profile.mch_id} />
      </td>
      <td>
        <CopyText text={profile.appid} />
      </td>
      <td>{profile.sign_type}</td>
      <td>
        {profile.builtin ? (
          <span className="quiet">{t("settings.secretBuiltin")}</span>
        ) : (
          <SecretText secret={profile.api_key} />
        )}
      </td>
      <td>
        <SecretText secret={profile.app_secret} />
      </td>
      <td>{profile.builtin ? <span className="quiet">—</span> : <MerchantCertificate profile={profile} />}</td>
      <td className="right">
        <span className="part-actions">
          {profile.name === active_profile ? (
            <span className="chip chip-good">{t("settings.inUse")}</span>
          ) : (
            <Button size="small" onClick={() => use(profile.name)} data-testid="merchant-use">
              {t("settings.use")}
            </Button>
          )}
          <Button
            size="small"
            danger
            loading={remove.isPending}
            onClick={() => remove.mutate()}
            data-testid="merchant-remove"
          >
            {t("settings.remove")}
          </Button>
        </span>
      </td>
    </tr>
  );
}
