import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ErrorView } from "../../components/ErrorView";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { DiagnosisView, SearchProgress } from "../../ipc/model";
import { CauseSentence } from "./CauseText";
import type { DeepSearch } from "./deep-search";
import type { Wanted } from "./reveal";

type NextStepsProps = {
  diagnosis: DiagnosisView;
  /** Whether it is about what stands there now. */
  ready: boolean;
  deep: DeepSearch;
  /** The merchant whose key is used, if it is one's. */
  profile: string | null;
  onWant: (wanted: Wanted) => void;
};

const WANTED: Partial<Record<DiagnosisView["next"], { wanted: Wanted; word: "goKey" | "goAppid" | "goSign" }>> = {
  give_the_key: { wanted: "key", word: "goKey" },
  give_the_appid: { wanted: "appid", word: "goAppid" },
  give_the_sign: { wanted: "sign", word: "goSign" },
};

/** What to do now, with the buttons that do it. Nothing is sent before the person agreed in a dialog of the core. */
export function NextSteps({ diagnosis, ready, deep, profile, onWant }: NextStepsProps) {
  const { t } = useTranslation();
  const report = useReport();
  const probe = useMutation({
    mutationFn: async (name: string) => desk().keyProbe(name, await desk().confirm("probe_key", name)),
    onError: report,
  });
  const { next, verdict } = diagnosis;
  const go = WANTED[next];
  const open = verdict === "unexplained" && diagnosis.expected_sign !== null;
  const doubtsKey = open || next === "look_beyond_the_sign";
  return (
    <section className="next-steps" data-testid="sig-next" data-next={next}>
      <h2>{t("signature.next")}</h2>
      <p>{diagnosis.next_sentence}</p>
      <div className="next-buttons">
        {go && <Button onClick={() => onWant(go.wanted)}>{t(`signature.${go.word}`)}</Button>}
        {open && !deep.running && !deep.found && (
          <Button onClick={deep.start} disabled={!ready} data-testid="sig-deep">
            {t("signature.deep")}
          </Button>
        )}
        {doubtsKey && (
          <Button
            disabled={profile === null}
            loading={probe.isPending}
            title={t(profile === null ? "signature.probeNeedsProfile" : "signature.probeTip")}
            onClick={() => profile !== null && probe.mutate(profile)}
            data-testid="sig-probe"
          >
            {t("signature.probe")}
          </Button>
        )}
        {(open || next === "decrypt_req_info") && !diagnosis.key_proof && (
          <Button onClick={() => onWant("notice")} data-testid="sig-prove">
            {t("signature.proveByNotice")}
          </Button>
        )}
      </div>
      {deep.running && <DeepProgress progress={deep.progress} onStop={deep.stop} />}
      {deep.found && !deep.found.excluded.stopped && <p className="quiet">{t("signature.deepDone")}</p>}
      {deep.error != null && <ErrorView error={deep.error} compact />}
      {probe.data && <ProbeAnswer found={probe.data} />}
    </section>
  );
}

function DeepProgress({ progress, onStop }: { progress: SearchProgress | null; onStop: () => void }) {
  const { t, i18n } = useTranslation();
  const percent = progress?.percent ?? null;
  return (
    <div className="progress" data-testid="sig-deep-progress">
      {percent === null ? (
        <progress aria-label={t("signature.deep")} />
      ) : (
        <progress max={100} value={percent} aria-label={t("signature.deep")} />
      )}
      <div className="progress-line">
        <span className="figures">
          {t("signature.deepProgress", {
            stage: progress ? t(`signature.stage.${progress.stage}`) : "—",
            tried: new Intl.NumberFormat(i18n.language).format(progress?.tried ?? 0),
          })}
        </span>
        <Button size="small" onClick={onStop} disabled={!progress} data-testid="sig-deep-cancel">
          {t("signature.deepCancel")}
        </Button>
      </div>
    </div>
  );
}

const PROBE_WORDS = ["key_right", "key_wrong", "merchant_wrong", "refused", "not_sent", "unknown"] as const;

function ProbeAnswer({ found }: { found: Awaited<ReturnType<ReturnType<typeof desk>["keyProbe"]>> }) {
  const { t } = useTranslation();
  const word = PROBE_WORDS.find((one) => one === found.verdict) ?? "unknown";
  const tone = word === "key_right" ? "good" : word === "key_wrong" || word === "merchant_wrong" ? "bad" : "open";
  return (
    <div className={`answer-card answer-${tone}`} data-testid="sig-probe-answer" data-verdict={word} role="status">
      <strong>{t(`signature.probeVerdict.${word}`)}</strong>
      <p>{found.sentence}</p>
      {found.causes.map((cause) => (
        <details key={cause.id}>
          <summary>
            {cause.id} {cause.title}
          </summary>
          <CauseSentence cause={cause} />
        </details>
      ))}
      <p className="quiet figures">{t("signature.probeFine", { number: found.out_trade_no, took: found.took_ms })}</p>
    </div>
  );
}
