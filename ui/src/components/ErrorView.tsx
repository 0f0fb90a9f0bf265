import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { asFailure, type IpcFailure } from "../ipc/failure";
import { CopyButton } from "./CopyButton";
import { EnglishDetail } from "./EnglishDetail";

type ErrorViewProps = {
  error: unknown;
  onRetry?: (() => void) | undefined;
  /** Where it stays until somebody has read it. */
  onClose?: () => void;
  compact?: boolean;
};

/** What happened, what it means for the money, what to do, and a code to copy. */
export function ErrorView({ error, onRetry, onClose, compact = false }: ErrorViewProps) {
  const { t } = useTranslation();
  const failure = asFailure(error);
  const answer = [failure.gateway?.err_code, failure.gateway?.err_code_des, failure.gateway?.return_msg]
    .filter(Boolean)
    .join(" · ");
  const report = `${failure.code} ${failure.trace}\n${failure.message}${answer ? `\n${answer}` : ""}`;
  const doubtful = failure.code === "outcome_unknown";
  return (
    <div
      className={`error-view${compact ? " error-compact" : ""}${doubtful ? " error-doubtful" : ""}`}
      role="alert"
      data-testid="error-view"
      data-code={failure.code}
    >
      <p className="error-what">{t(`error.${failure.code}.what`)}</p>
      {answer && <p className="error-answer">{t("error.gateway", { text: answer })}</p>}
      {(failure.code.startsWith("input_") || failure.messageZh !== null) && <InputFault failure={failure} />}
      <p className="error-money">{t(`error.${failure.code}.money`)}</p>
      <p className="error-next">{t(`error.${failure.code}.next`)}</p>
      <div className="error-foot">
        <code className="mono">{t("error.code", { code: failure.code, trace: failure.trace })}</code>
        <CopyButton text={report} label={t("error.copyReport")} />
        {onRetry && (
          <Button size="small" onClick={onRetry}>
            {t("common.retry")}
          </Button>
        )}
        {onClose && (
          <Button size="small" onClick={onClose} data-testid="error-close">
            {t("common.close")}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Which field breaks which rule, in the language of the window where there are words for it. */
function InputFault({ failure }: { failure: IpcFailure }) {
  const { t, i18n } = useTranslation();
  const words = i18n.language === "en" ? failure.message : failure.messageZh;
  const field = failure.field ? t("error.field", { field: failure.field }) : null;
  return (
    <>
      {(field || words) && <p className="error-answer">{[field, words].filter(Boolean).join(" — ")}</p>}
      {!words && <EnglishDetail text={failure.message} />}
    </>
  );
}
