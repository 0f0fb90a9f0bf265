import { useTranslation } from "react-i18next";

/** A sentence of the core for which there are no words in the language of the window, marked as what it is. */
export function EnglishDetail({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <p className="english-detail">
      <span className="quiet">{t("error.detail")}</span> <code lang="en">{text}</code>
    </p>
  );
}
