import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorView } from "../../components/ErrorView";
import { LanguageChoice } from "../../components/LanguageTheme";
import { useStart } from "../../components/use-settings";
import { desk } from "../../ipc/client";
import { startQuery } from "../../ipc/queries";
import { MerchantSteps } from "./MerchantSteps";

/** The first choice: try it on the built-in gateway, or add a merchant of one's own. */
export function FirstStart({ onSkip }: { onSkip: () => void }) {
  const { t } = useTranslation();
  const { data_dir } = useStart();
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const builtin = useStartBuiltin();
  const skip = () => {
    void navigate({ to: "/signature" });
    onSkip();
  };
  return (
    <div className="first-start" data-testid="first-start">
      <div className="first-start-body">
        <header className="first-start-head">
          <div>
            <p className="quiet">{t("app.title")}</p>
            <h1>{t("start.title")}</h1>
            <p className="quiet">{t("start.lead")}</p>
          </div>
          <LanguageChoice testId="first-start-language" />
        </header>
        {adding ? (
          <MerchantSteps onCancel={() => setAdding(false)} onAdded={() => void navigate({ to: "/orders" })} />
        ) : (
          <div className="first-start-choices">
            <section className="first-start-choice">
              <h2>{t("start.tryTitle")}</h2>
              <p>{t("start.tryText")}</p>
              <Button
                type="primary"
                size="middle"
                loading={builtin.isPending}
                onClick={() => builtin.mutate()}
                data-testid="first-start-try"
              >
                {t("start.tryButton")}
              </Button>
            </section>
            <section className="first-start-choice">
              <h2>{t("start.addTitle")}</h2>
              <p>{t("start.addText")}</p>
              <Button size="middle" onClick={() => setAdding(true)} data-testid="first-start-add">
                {t("start.addButton")}
              </Button>
            </section>
          </div>
        )}
        {builtin.isError && <ErrorView error={builtin.error} onRetry={() => builtin.mutate()} />}
        <footer className="first-start-foot quiet">
          <Button type="link" onClick={skip} data-testid="first-start-skip">
            {t("start.skip")}
          </Button>
          <span>{t("start.dataDir", { path: data_dir })}</span>
        </footer>
      </div>
    </div>
  );
}

/** Starts the built-in gateway with its merchant and goes to see its orders move. */
export function useStartBuiltin() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => desk().builtinStart(),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: startQuery().queryKey });
      await client.invalidateQueries();
      await navigate({ to: "/orders" });
    },
  });
}
