import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { VisibleText } from "../../components/VisibleText";
import type { SignatureField, SignatureReport } from "../../ipc/model";
import { partsOf } from "./signed-parts";

/** From the fields to the digest, nothing hidden but the key. */
export function SignatureSteps({ report }: { report: SignatureReport }) {
  const { t } = useTranslation();
  const kept = report.fields.filter((field) => field.included).length;
  return (
    <ol className="sig-steps">
      <Step
        title={t("signature.step.fields")}
        note={`${t("signature.detected", { format: report.detected })} · ${t("signature.fieldCount", { kept, dropped: report.fields.length - kept })}`}
      >
        <Fields fields={report.fields} />
      </Step>
      <Step title={t("signature.step.sorted")}>
        <p className="mono sorted-names">
          {report.sorted.map((name) => (
            <span key={name}>{name}</span>
          ))}
        </p>
      </Step>
      <Step
        title={t("signature.step.string")}
        aside={<CopyButton text={report.string_to_sign} label={t("signature.copyString")} />}
      >
        <pre className="mono raw-text" data-testid="sig-string">
          <StringToSign report={report} />
        </pre>
      </Step>
      <Step title={t("signature.step.bytes")} note={bytesNote(t, report)}>
        <pre className="mono hexdump" data-testid="sig-hexdump">
          {report.hexdump}
        </pre>
      </Step>
      <Step title={`${t("signature.step.digest")} · ${report.sign_type}`}>
        <p className="mono digest" data-testid="sig-digest">
          {report.expected_sign ?? "—"}
        </p>
      </Step>
    </ol>
  );
}

/** How long the hashed string is, and why the bytes below end before its key. */
function bytesNote(t: TFunction, { bytes, key }: SignatureReport): string {
  const hidden = key ? t("signature.keyHidden", { count: key.length }) : t("signature.keyAbsent");
  return `${t("signature.byteCount", { count: bytes })} · ${hidden}`;
}

/** The string that is hashed, with what cannot be seen at the edges of each value drawn where it stands. */
function StringToSign({ report }: { report: SignatureReport }) {
  const taken = partsOf(report);
  if (!taken) return <VisibleText text={report.string_to_sign} />;
  return (
    <>
      {taken.parts.map(({ name, value }) => (
        <span key={name}>
          <VisibleText text={name} />=<VisibleText text={value} />&
        </span>
      ))}
      {taken.rest}
    </>
  );
}

type StepProps = { title: string; note?: string; aside?: ReactNode; children: ReactNode };

function Step({ title, note, aside, children }: StepProps) {
  return (
    <li className="sig-step">
      <header className="sig-step-head">
        <h2>{title}</h2>
        {note && <span className="quiet">{note}</span>}
        {aside && <span className="sig-step-aside">{aside}</span>}
      </header>
      {children}
    </li>
  );
}

function Fields({ fields }: { fields: SignatureField[] }) {
  const { t } = useTranslation();
  return (
    <table className="plain-table fields-table" data-testid="sig-fields">
      <tbody>
        {fields.map((field, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a message may name a field twice, and its place is what tells them apart
          <tr key={`${at} ${field.name}`} className={field.included ? undefined : "field-dropped"}>
            <th scope="row" className="mono">
              <VisibleText text={field.name} />
            </th>
            <td className="mono">
              <VisibleText text={field.value} />
            </td>
            <td className="field-verdict">
              {field.included ? t("signature.included") : field.reason ? t(`signature.reason.${field.reason}`) : "—"}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
