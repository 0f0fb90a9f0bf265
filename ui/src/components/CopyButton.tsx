import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useCopy } from "./use-copy";

type CopyButtonProps = { text: string; label?: string; testId?: string };

/** A quiet button that copies a given text and ticks. */
export function CopyButton({ text, label, testId }: CopyButtonProps) {
  const { t } = useTranslation();
  const [ticked, copy] = useCopy();
  return (
    <Button
      size="small"
      icon={ticked ? <CheckOutlined /> : <CopyOutlined />}
      data-testid={testId}
      onClick={() => copy(text)}
    >
      {ticked ? t("common.copied") : (label ?? t("common.copy"))}
    </Button>
  );
}
