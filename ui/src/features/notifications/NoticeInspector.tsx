import { useMutation } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorView } from "../../components/ErrorView";
import { desk } from "../../ipc/client";
import { Judgement } from "./Judgement";

/** A message that somebody has: judged as if it had arrived, without being kept. */
export function NoticeInspector() {
  const { t } = useTranslation();
  const [body, setBody] = useState("");
  const inspect = useMutation({ mutationFn: () => desk().noticeInspect(body) });
  return (
    <div className="inspector">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          inspect.mutate();
        }}
      >
        <p className="quiet">{t("notify.inspectText")}</p>
        <Input.TextArea
          className="mono"
          rows={14}
          value={body}
          aria-label={t("notify.body")}
          onChange={(event) => setBody(event.target.value)}
          data-testid="notice-paste"
        />
        <Button
          type="primary"
          htmlType="submit"
          disabled={body.trim() === ""}
          loading={inspect.isPending}
          data-testid="notice-inspect"
        >
          {t("notify.inspect")}
        </Button>
      </form>
      <div>
        {inspect.isError && <ErrorView error={inspect.error} />}
        {inspect.data && <Judgement notice={inspect.data} />}
      </div>
    </div>
  );
}
