import { useTranslation } from "react-i18next";
import type { Environment } from "../ipc/model";

/** Where requests of a merchant go; the two that move real money are solid, the others outlined. */
export function EnvironmentTag({ environment, testId }: { environment: Environment; testId?: string }) {
  const { t } = useTranslation();
  return (
    <span className={`environment environment-${environment}`} data-testid={testId} data-environment={environment}>
      {t(`environment.${environment}`)}
    </span>
  );
}
