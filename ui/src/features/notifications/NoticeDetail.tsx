import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../components/CopyButton";
import { ErrorView } from "../../components/ErrorView";
import { SkeletonRows } from "../../components/Skeleton";
import { VisibleText } from "../../components/VisibleText";
import { desk } from "../../ipc/client";
import type { NoticeView } from "../../ipc/model";
import { noticeDetailQuery } from "../../ipc/queries";
import { Judgement } from "./Judgement";

type Forward = NonNullable<NoticeView["forward"]>;

/** One notice that arrived: how it was judged, its bytes, and sending them on once more. */
export function NoticeDetail({ id }: { id: number }) {
  const { t } = useTranslation();
  const found = useQuery(noticeDetailQuery(id));
  if (found.isPending) return <SkeletonRows rows={6} />;
  if (found.isError) return <ErrorView error={found.error} onRetry={() => void found.refetch()} />;
  const { notice, body, forward, is_cut } = found.data;
  return (
    <aside className="exchange" data-testid="notice-detail">
      <Judgement notice={notice} />
      <h2>{t("notify.body")}</h2>
      <pre className="mono raw-text">
        <VisibleText text={body} lines />
      </pre>
      <CopyButton text={body} />
      {is_cut ? (
        <p className="quiet" data-testid="notice-cut">
          {t("notify.cut")}
        </p>
      ) : (
        <Replay id={id} />
      )}
      {forward && (
        <>
          <h2>{t("notify.forwarded")}</h2>
          <Said said={forward} />
        </>
      )}
    </aside>
  );
}

function Replay({ id }: { id: number }) {
  const { t } = useTranslation();
  const [url, setUrl] = useState("http://127.0.0.1:3000/notify");
  const replay = useMutation({ mutationFn: () => desk().noticeReplay(id, url.trim()) });
  return (
    <>
      <h2>{t("notify.replay")}</h2>
      <form
        className="refund-look"
        onSubmit={(event) => {
          event.preventDefault();
          replay.mutate();
        }}
      >
        <Input
          className="mono"
          value={url}
          aria-label={t("notify.replayUrl")}
          onChange={(event) => setUrl(event.target.value)}
          data-testid="notice-replay-url"
        />
        <Button htmlType="submit" loading={replay.isPending} data-testid="notice-replay">
          {t("notify.replay")}
        </Button>
      </form>
      {replay.isError && <ErrorView error={replay.error} compact />}
      {replay.data && <Said said={replay.data} />}
    </>
  );
}

function Said({ said }: { said: Forward }) {
  const { t } = useTranslation();
  return (
    <>
      <p className="figures" data-testid="notice-forwarded">
        <span className="mono">{said.url}</span>
        {said.status !== null && <> · {t("notify.replayed", { status: said.status, ms: said.took_ms ?? 0 })}</>}
      </p>
      <pre className="mono raw-text">
        <VisibleText text={said.answer} lines />
      </pre>
    </>
  );
}
