import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { CopyText } from "../../components/CopyText";
import { Fact, Facts } from "../../components/Fact";
import { ProfileName } from "../../components/ProfileName";
import { TimeText } from "../../components/TimeText";
import type { NoticeRow } from "../../ipc/model";
import { SameAs } from "./SameAs";
import { VerdictSign } from "./VerdictSign";

type Check = NoticeRow["checks"][number];

/** How a notice was judged: the verdict, check by check, what was answered, and what follows. */
export function Judgement({ notice }: { notice: NoticeRow }) {
  const { t } = useTranslation();
  return (
    <div data-testid="notice-judgement" data-verdict={notice.verdict}>
      <p>
        <VerdictSign verdict={notice.verdict} /> {t(`notify.verdictText.${notice.verdict}`)}
      </p>
      <Facts>
        {notice.id !== null && (
          <Fact name={t("notify.id")}>
            <span className="figures" data-testid="notice-id">
              {notice.id}
            </span>
          </Fact>
        )}
        {notice.profile !== null && (
          <Fact name={t("order.fact.merchant")}>
            <span data-testid="notice-profile">
              <ProfileName name={notice.profile} />
            </span>
          </Fact>
        )}
        {notice.out_trade_no && (
          <Fact name={t("refund.column.order")}>
            <CopyText text={notice.out_trade_no} />
          </Fact>
        )}
        {notice.out_refund_no && (
          <Fact name={t("refund.column.number")}>
            <CopyText text={notice.out_refund_no} />
          </Fact>
        )}
        {notice.duplicate_of !== null && (
          <Fact name={t("notify.verdict.duplicate")}>
            <SameAs id={notice.duplicate_of} />
          </Fact>
        )}
        {notice.effect !== null && (
          <Fact name={t(notice.id === null ? "notify.wouldDo" : "notify.did")}>
            <span className={`effect effect-${notice.effect}`} data-testid="notice-effect">
              {t(`order.timeline.effect.${notice.effect}`)}
            </span>
          </Fact>
        )}
        {notice.id !== null && (
          <Fact name={t("notify.column.attempt")}>{t("notify.attempt", { count: notice.attempt })}</Fact>
        )}
        {notice.next_due_at !== null && (
          <Fact name={t("notify.nextDue")}>
            <TimeText at={notice.next_due_at} />
          </Fact>
        )}
      </Facts>
      <h2>{t("notify.checks")}</h2>
      <ol className="checks">
        {notice.checks.map((check) => (
          <li
            key={check.name}
            className={check.ok ? "check check-ok" : "check check-failed"}
            data-testid="notice-check"
            data-ok={check.ok}
          >
            <span aria-hidden="true">{check.ok ? "✓" : "✗"}</span>
            <strong>{nameOf(check)}</strong>
            <span className="quiet mono">{check.detail}</span>
          </li>
        ))}
      </ol>
      <h2>{t(notice.id === null ? "notify.wouldAnswer" : "notify.answer")}</h2>
      <pre className="mono raw-text" data-testid="notice-answer">
        {notice.answer}
      </pre>
      {notice.decrypted && (
        <>
          <h2>{t("notify.decrypted")}</h2>
          <Facts>
            {notice.decrypted.map(([name, value]) => (
              <Fact key={name} name={name}>
                <span className="mono">{value}</span>
              </Fact>
            ))}
          </Facts>
          <p className="quiet">{t("notify.hintOnly")}</p>
        </>
      )}
    </div>
  );
}

/** A check that this window does not know yet is shown as it came. */
function nameOf({ name }: Check): string {
  const key = `notify.check.${name}`;
  return i18next.exists(key) ? i18next.t(key as "notify.check.sign") : name;
}
