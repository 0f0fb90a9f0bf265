import { Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { create } from "zustand";
import { persist } from "zustand/middleware";
import { CopyButton } from "../../components/CopyButton";
import type { CauseView } from "../../ipc/model";

type FixLanguage = { language: string; choose: (language: string) => void };

/** The language that the person writes in; it holds for every line to change. */
const useFixLanguage = create<FixLanguage>()(
  persist((set) => ({ language: "php", choose: (language) => set({ language }) }), { name: "fix-language" }),
);

/** What a cause is, in one sentence, with its sources. */
export function CauseSentence({ cause }: { cause: CauseView }) {
  const { t } = useTranslation();
  return (
    <div className="cause">
      <p>
        <span className="chip chip-danger cause-id">{cause.id}</span> <strong>{cause.title}</strong>
      </p>
      <p>{cause.sentence}</p>
      {cause.sources.length > 0 && (
        <details className="more-lines">
          <summary>
            {t("signature.sources")} · {t(`signature.level.${cause.level}`)}
          </summary>
          <ul className="sources">
            {cause.sources.map((source) => (
              <li key={source} className="mono">
                {source}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

/** The line to change, by language. */
export function FixLines({ cause }: { cause: CauseView }) {
  const { t } = useTranslation();
  const { language, choose } = useFixLanguage();
  const shown = cause.fixes.find((fix) => fix.language === language) ?? cause.fixes[0];
  if (!shown) return null;
  return (
    <section className="fixes" data-testid="sig-fixes" aria-label={t("signature.change")}>
      <header className="fixes-head">
        <h2>{t("signature.change")}</h2>
        <Segmented
          size="small"
          data-testid="sig-fix-language"
          value={shown.language}
          options={cause.fixes.map((fix) => ({ value: fix.language, label: fix.name }))}
          onChange={choose}
        />
        <span className="sig-step-aside">
          <CopyButton text={shown.code} />
        </span>
      </header>
      <pre className="mono raw-text fix-code" data-testid="sig-fix">
        {shown.code}
      </pre>
    </section>
  );
}
