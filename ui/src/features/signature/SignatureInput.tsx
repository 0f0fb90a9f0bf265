import { Button, Input, Segmented, Select } from "antd";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { SignatureRequest } from "../../ipc/model";
import { type Bench, FORMATS } from "./bench";
import { KeySource } from "./KeySource";

type Change = (part: Partial<Bench>) => void;
type SignatureInputProps = { bench: Bench; onChange: Change; onCheck: () => void };

const AUTO = "auto";

/** The left half: key, algorithm, and the message as it was pasted. */
export function SignatureInput({ bench, onChange, onCheck }: SignatureInputProps) {
  const { t } = useTranslation();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    onCheck();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the shortcut works from every field of the bench
    <div className="bench-input" onKeyDown={onKeyDown}>
      <KeySource bench={bench} onChange={onChange} />
      <div className="bench-options">
        <span className="bench-option">
          <span className="quiet">{t("signature.signType")}</span>
          <Segmented
            data-testid="sig-sign-type"
            value={bench.signType ?? AUTO}
            options={[{ value: AUTO, label: t("signature.signTypeAuto") }, "MD5", "HMAC-SHA256"]}
            onChange={(value) =>
              onChange({ signType: value === AUTO ? null : (value as SignatureRequest["sign_type"]) })
            }
          />
        </span>
        <span className="bench-option">
          <span className="quiet">{t("signature.format")}</span>
          <Select
            className="bench-format"
            data-testid="sig-format"
            aria-label={t("signature.format")}
            value={bench.format}
            options={FORMATS.map((value) => ({ value, label: t(`signature.formats.${value}`) }))}
            onChange={(format) => onChange({ format })}
          />
        </span>
        <Input
          className="bench-appid mono"
          placeholder={t("signature.appid")}
          aria-label={t("signature.appid")}
          data-testid="sig-appid"
          value={bench.appid}
          onChange={(event) => onChange({ appid: event.target.value })}
        />
      </div>
      <textarea
        className="bench-text mono"
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        aria-label={t("signature.input")}
        placeholder={t("signature.placeholder")}
        data-testid="sig-input"
        value={bench.input}
        onChange={(event) => onChange({ input: event.target.value })}
      />
      <div className="bench-foot">
        <span className="quiet">{t("signature.hint")}</span>
        <Button
          onClick={() => onChange({ input: "", typedKey: "" })}
          disabled={bench.input === ""}
          data-testid="sig-clear"
        >
          {t("signature.clear")}
        </Button>
      </div>
    </div>
  );
}
