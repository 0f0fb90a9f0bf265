import { useQuery } from "@tanstack/react-query";
import { Button, Input, Segmented, Select } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { ReadingNote, SignatureRequest } from "../../ipc/model";
import { contextsQuery } from "../../ipc/queries";
import { type Bench, EMPTY, FORMATS } from "./bench";
import { Fold } from "./Fold";
import { KeySource, MoreKeys } from "./KeySource";
import { Labelled } from "./Labelled";
import { PasteArea, type PasteHandle } from "./PasteArea";
import { ReadingNotes } from "./ReadingNotes";
import type { Folds, Part } from "./reveal";

type Change = (part: Partial<Bench>) => void;
type SignatureInputProps = {
  bench: Bench;
  onChange: Change;
  /** About the text that stands there now. */
  notes: ReadingNote[];
  sentNotes: ReadingNote[];
  /** What the message was taken for. */
  detected: string | null;
  folds: Folds;
  onFold: (part: Part, open: boolean) => void;
};

const AUTO = "auto";

/** The left half: the message as it was pasted, its key, and what else may be known. */
export function SignatureInput({ bench, onChange, notes, sentNotes, detected, folds, onFold }: SignatureInputProps) {
  const { t } = useTranslation();
  const paste = useRef<PasteHandle>(null);
  const fold = (part: Part, filled: boolean) => ({
    title: t(`signature.fold.${part}`),
    open: folds[part],
    onToggle: (open: boolean) => onFold(part, open),
    filled,
    testId: `sig-fold-${part}`,
  });
  return (
    <div className="bench-input">
      <PasteArea
        id="bench-input"
        ref={paste}
        text={bench.input}
        onChange={(input) => onChange({ input })}
        notes={notes}
        label={t(bench.sent ? "signature.inputSigned" : "signature.input")}
        placeholder={t("signature.placeholder")}
        testId="sig-input"
        autoFocus
      />
      <ReadingNotes notes={notes} onPick={(start, end) => paste.current?.select(start, end)} />
      <div className="bench-foot">
        <span className="quiet">{t("signature.hint")}</span>
        <Button onClick={() => onChange(EMPTY)} disabled={bench.input === ""} data-testid="sig-clear">
          {t("signature.clear")}
        </Button>
      </div>
      <KeySource bench={bench} onChange={onChange} />
      <Options bench={bench} onChange={onChange} detected={detected} />
      {bench.mode === "verify" && (
        <>
          <Fold {...fold("sent", bench.sent.trim() !== "")}>
            <SentArea text={bench.sent} notes={sentNotes} onChange={(sent) => onChange({ sent })} />
          </Fold>
          <Fold {...fold("keys", Object.values(bench.moreKeys).some(Boolean))}>
            <MoreKeys bench={bench} onChange={onChange} />
          </Fold>
          <Fold {...fold("more", bench.givenSign !== "" || bench.returnMsg !== "")}>
            <Labelled id="bench-sign" label={t("signature.givenSign")}>
              <Input
                id="bench-sign"
                className="mono"
                data-testid="sig-given-sign"
                value={bench.givenSign}
                onChange={(event) => onChange({ givenSign: event.target.value })}
              />
            </Labelled>
            <Labelled id="bench-return-msg" label={t("signature.returnMsg")}>
              <Input
                id="bench-return-msg"
                data-testid="sig-return-msg"
                value={bench.returnMsg}
                onChange={(event) => onChange({ returnMsg: event.target.value })}
              />
            </Labelled>
          </Fold>
          <Fold {...fold("notice", bench.refundNotice.trim() !== "")}>
            <PasteArea
              id="bench-notice"
              text={bench.refundNotice}
              onChange={(refundNotice) => onChange({ refundNotice })}
              notes={[]}
              label={t("signature.fold.notice")}
              placeholder={t("signature.noticePlaceholder")}
              testId="sig-notice"
            />
          </Fold>
        </>
      )}
    </div>
  );
}

function SentArea({ text, notes, onChange }: { text: string; notes: ReadingNote[]; onChange: (sent: string) => void }) {
  const { t } = useTranslation();
  const paste = useRef<PasteHandle>(null);
  return (
    <>
      <PasteArea
        id="bench-sent"
        ref={paste}
        text={text}
        onChange={onChange}
        notes={notes}
        label={t("signature.fold.sent")}
        placeholder={t("signature.sentPlaceholder")}
        testId="sig-sent"
      />
      <ReadingNotes notes={notes} onPick={(start, end) => paste.current?.select(start, end)} />
    </>
  );
}

type OptionsProps = { bench: Bench; onChange: Change; detected: string | null };

function Options({ bench, onChange, detected }: OptionsProps) {
  const { t } = useTranslation();
  return (
    <div className="bench-options">
      <span className="bench-option">
        <span className="quiet">{t("signature.signType")}</span>
        <Segmented
          data-testid="sig-sign-type"
          value={bench.signType ?? AUTO}
          options={[{ value: AUTO, label: t("signature.signTypeAuto") }, "MD5", "HMAC-SHA256"]}
          onChange={(value) => onChange({ signType: value === AUTO ? null : (value as SignatureRequest["sign_type"]) })}
        />
      </span>
      {bench.mode === "verify" && <ContextChoice bench={bench} onChange={onChange} detected={detected} />}
      <span className="bench-option">
        <span className="quiet">{t("signature.format")}</span>
        <Select
          className="bench-format"
          data-testid="sig-format"
          aria-label={t("signature.format")}
          value={bench.format}
          options={FORMATS.map((value) => ({ value, label: t(`signature.formats.${value}`) }))}
          onChange={(format) => onChange({ format })}
        />
      </span>
      <span className="bench-option bench-appid">
        <label className="quiet" htmlFor="bench-appid">
          appId
        </label>
        <Input
          id="bench-appid"
          placeholder={t("signature.appid")}
          data-testid="sig-appid"
          value={bench.appid}
          onChange={(event) => onChange({ appid: event.target.value })}
        />
      </span>
    </div>
  );
}

/** What the message is; where the person leaves it open, what it was taken for is shown. */
function ContextChoice({ bench, onChange, detected }: OptionsProps) {
  const { t } = useTranslation();
  const { data: contexts = [] } = useQuery(contextsQuery());
  const titleOf = (word: string) => contexts.find((one) => one.word === word)?.title ?? word;
  const auto = detected ? t("signature.contextDetected", { name: titleOf(detected) }) : t("signature.contextAuto");
  const group = (endpoint: boolean) =>
    contexts
      .filter((one) => one.endpoint === endpoint)
      .map(({ word, title }) => ({ value: word, label: endpoint ? `${title} · ${word}` : title }));
  return (
    <span className="bench-option">
      <span className="quiet">{t("signature.context")}</span>
      <Select
        className="bench-context"
        data-testid="sig-context"
        aria-label={t("signature.context")}
        showSearch={{ optionFilterProp: "label" }}
        popupMatchSelectWidth={320}
        value={bench.context ?? AUTO}
        options={[
          { value: AUTO, label: auto },
          { label: t("signature.contextCalls"), options: group(false) },
          { label: t("signature.contextEndpoints"), options: group(true) },
        ]}
        onChange={(word) => onChange({ context: word === AUTO ? null : word })}
      />
    </span>
  );
}
