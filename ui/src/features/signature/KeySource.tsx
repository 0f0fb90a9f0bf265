import { WarningOutlined } from "@ant-design/icons";
import { Input, Segmented, Select } from "antd";
import { useTranslation } from "react-i18next";
import { SecretText } from "../../components/SecretText";
import { useProfileLabel } from "../../components/use-profile-label";
import { useStart } from "../../components/use-settings";
import { type Bench, type KeyKind, MORE_KEYS } from "./bench";
import { Labelled } from "./Labelled";

type KeySourceProps = { bench: Bench; onChange: (part: Partial<Bench>) => void };

/** Which key is used: a merchant's, one typed for this check only, or clearly none. */
export function KeySource({ bench, onChange }: KeySourceProps) {
  const { t } = useTranslation();
  const { profiles } = useStart();
  const nameOf = useProfileLabel();
  const profile = profiles.find((one) => one.name === bench.profile);
  const kinds: { value: KeyKind; label: string; disabled?: boolean }[] = [
    { value: "profile", label: t("signature.keyProfile"), disabled: profiles.length === 0 },
    { value: "typed", label: t("signature.keyTyped") },
    { value: "none", label: t("signature.keyNone") },
  ];
  return (
    <div className={bench.keyKind === "none" ? "key-source key-source-none" : "key-source"} data-testid="sig-key">
      <div className="key-source-row">
        <span className="quiet">{t("signature.keySource")}</span>
        <Segmented
          data-testid="sig-key-kind"
          value={bench.keyKind}
          options={kinds}
          onChange={(keyKind) =>
            onChange({ keyKind, ...(keyKind === "profile" && !profile ? { profile: profiles[0]?.name ?? null } : {}) })
          }
        />
        {bench.keyKind === "profile" && (
          <Select
            className="key-source-profile"
            data-testid="sig-key-profile"
            aria-label={t("signature.keyProfile")}
            value={bench.profile}
            options={profiles.map(({ name }) => ({ value: name, label: nameOf(name) }))}
            onChange={(name) => onChange({ profile: name })}
          />
        )}
        {bench.keyKind === "typed" && (
          <SecretInput
            id="bench-typed-key"
            testId="sig-key-typed"
            label={t("signature.keyTyped")}
            placeholder={t("signature.keyTypedPlaceholder")}
            value={bench.typedKey}
            onChange={(typedKey) => onChange({ typedKey })}
          />
        )}
      </div>
      {bench.keyKind === "profile" && profile && (
        <p className="quiet key-source-note" title={t("signature.keyProfileNote")}>
          <SecretText secret={profile.api_key} />
        </p>
      )}
      {bench.keyKind === "none" && (
        <p className="key-source-note key-source-warning">
          <WarningOutlined /> {t("signature.keyNoneNote")}
        </p>
      )}
    </div>
  );
}

/** Keys that may have been taken for the right one. */
export function MoreKeys({ bench, onChange }: KeySourceProps) {
  const { t } = useTranslation();
  return (
    <>
      {bench.keyKind === "profile" && <p className="quiet">{t("signature.keyProfileNote")}</p>}
      <div className="more-keys">
        {MORE_KEYS.map((role) => (
          <Labelled key={role} id={`bench-more-${role}`} label={t(`signature.moreKey.${role}`)}>
            <SecretInput
              id={`bench-more-${role}`}
              testId={`sig-more-${role}`}
              label={t(`signature.moreKey.${role}`)}
              placeholder=""
              value={bench.moreKeys[role] ?? ""}
              onChange={(key) => onChange({ moreKeys: { ...bench.moreKeys, [role]: key } })}
            />
          </Labelled>
        ))}
      </div>
    </>
  );
}

type SecretInputProps = {
  id?: string;
  testId: string;
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
};

/** A secret goes in and is never shown again, not even by the one who typed it. */
function SecretInput({ id, testId, label, placeholder, value, onChange }: SecretInputProps) {
  return (
    <Input.Password
      id={id}
      className="mono key-source-typed"
      autoComplete="off"
      visibilityToggle={false}
      placeholder={placeholder}
      aria-label={label}
      data-testid={testId}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
