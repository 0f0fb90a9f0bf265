import { useTranslation } from "react-i18next";
import { useProfileLabel } from "../../components/use-profile-label";
import { VisibleText } from "../../components/VisibleText";
import type { DiagnosisView } from "../../ipc/model";
import { BesideView } from "./BesideView";

type FindingsProps = { diagnosis: DiagnosisView };

/** What was signed and what was sent, field by field. */
export function SentDifferences({ diagnosis }: FindingsProps) {
  const { t } = useTranslation();
  if (diagnosis.differences.length === 0) return null;
  return (
    <section data-testid="sig-differences">
      <h2>{t("signature.differences")}</h2>
      <ul className="remarks">
        {diagnosis.differences.map(({ name, signed, sent, aligned }) => (
          <li key={name} className="remark">
            <code className="mono">
              <VisibleText text={name} />
            </code>
            {signed !== null && sent !== null ? (
              <BesideView
                aligned={aligned}
                left={t("signature.signedValue")}
                right={t("signature.sentValue")}
                testId="sig-difference"
              />
            ) : (
              <>
                {" "}
                <span className="quiet">{t(signed === null ? "signature.sentOnly" : "signature.signedOnly")}</span>{" "}
                <code className="mono compared">
                  <VisibleText text={signed ?? sent ?? ""} />
                </code>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What a search without a result excludes. */
export function ExcludedView({ diagnosis }: FindingsProps) {
  const { t, i18n } = useTranslation();
  const { excluded, verdict, hints, reading } = diagnosis;
  const nameOf = useProfileLabel();
  const number = new Intl.NumberFormat(i18n.language);
  const searched = verdict !== "explained" && excluded.tried > 0;
  return (
    <>
      {reading && (
        <section data-testid="sig-reading">
          <h2>{t("signature.reading")}</h2>
          <p>
            {reading.sentence} <span className="quiet">{reading.causes.join(" ")}</span>
          </p>
        </section>
      )}
      {searched && (
        <section data-testid="sig-excluded">
          <h2>{t("signature.excluded")}</h2>
          <ul className="excluded figures">
            {excluded.stages.map(({ stage, tried }) => (
              <li key={stage}>
                {t(`signature.stage.${stage}`)} {number.format(tried)}
              </li>
            ))}
          </ul>
          <p className="quiet">
            {t("signature.excludedKeys", { keys: excluded.keys.map(nameOf).join(" · ") })}
            {excluded.subsets_of !== null && ` · ${t("signature.excludedSubsets", { count: excluded.subsets_of })}`}
            {excluded.stopped && ` · ${t("signature.excludedStopped")}`}
          </p>
          {excluded.limits.length > 0 && (
            <ul className="ways" data-testid="sig-limits">
              {excluded.limits.map((limit) => (
                <li key={limit}>{limit}</li>
              ))}
            </ul>
          )}
        </section>
      )}
      {hints.length > 0 && (
        <details className="more-lines">
          <summary>{t("signature.intermittent")}</summary>
          <ul className="ways">
            {hints.map(({ sentence, causes }) => (
              <li key={sentence}>
                {sentence} <span className="quiet">{causes.join(" ")}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** What a refund notification says about the keys. */
export function KeyProofView({ diagnosis }: FindingsProps) {
  const { t } = useTranslation();
  const nameOf = useProfileLabel();
  const proof = diagnosis.key_proof;
  if (!proof) return null;
  const tone = proof.proven === null ? "open" : proof.proven ? "good" : "bad";
  return (
    <section className={`answer-card answer-${tone}`} data-testid="sig-key-proof" data-proven={String(proof.proven)}>
      <strong>{t("signature.keyProof")}</strong> {proof.sentence}
      {proof.key && <p className="quiet">{t("signature.keyProofKey", { key: nameOf(proof.key) })}</p>}
      {proof.pitfalls.map((pitfall) => (
        <p key={pitfall} className="quiet">
          {pitfall}
        </p>
      ))}
    </section>
  );
}

/** The client calls beside each other: one sign, but names and letter case of their own. */
export function ClientCalls({ diagnosis }: FindingsProps) {
  const { t } = useTranslation();
  const { calls, expected_sign } = diagnosis;
  if (calls.length === 0) return null;
  return (
    <section data-testid="sig-calls">
      <h2>
        {t("signature.calls")} {calls.length > 1 && <span className="quiet">{t("signature.callsNote")}</span>}
      </h2>
      <div className="calls">
        {calls.map((call) => (
          <div key={call.title} className="call">
            <h3 className="mono">{call.title}</h3>
            <dl>
              {call.fields.map(({ signed_as, passed_as, value, meaning }) => (
                <div
                  key={signed_as}
                  className={passed_as === null ? "call-field call-unsent" : "call-field"}
                  title={meaning}
                >
                  <dt className={passed_as !== null && passed_as !== signed_as ? "mono call-other" : "mono"}>
                    {passed_as ?? signed_as}
                  </dt>
                  <dd className="mono">
                    {value === null ? (
                      <span className="call-missing">{t("signature.noValue")}</span>
                    ) : (
                      <VisibleText text={value} />
                    )}
                    {passed_as === null && <span className="quiet"> {t("signature.notPassed")}</span>}
                  </dd>
                </div>
              ))}
              <div className="call-field">
                <dt className="mono">{call.sign_name}</dt>
                <dd className="mono">{expected_sign ?? "—"}</dd>
              </div>
            </dl>
          </div>
        ))}
      </div>
    </section>
  );
}
