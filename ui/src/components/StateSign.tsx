import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { OrderRow, OrderState } from "../ipc/model";

type Tone = "quiet" | "blue" | "green" | "violet" | "red" | "amber";
type Look = { tone: Tone; sign: ReactNode };

const ring = <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" strokeWidth="1.5" />;
const cross = <path d="M2.5 2.5l7 7M9.5 2.5l-7 7" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />;

const half = (
  <>
    {ring}
    <path d="M6 1.5a4.5 4.5 0 0 1 0 9z" fill="currentColor" />
  </>
);
const crossedRing = (
  <>
    {ring}
    <path d="M3 9l6-6" stroke="currentColor" strokeWidth="1.5" />
  </>
);
const back = (
  <path
    d="M5 1.8L2 4.8l3 3M2.2 4.8H7a2.8 2.8 0 0 1 0 5.6H4.2"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.5"
    strokeLinecap="round"
    strokeLinejoin="round"
  />
);
const question = (
  <>
    <path
      d="M3.8 4.2a2.2 2.2 0 1 1 3.3 1.9C6.3 6.6 6 7 6 7.7"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
    />
    <circle cx="6" cy="10.3" r="0.95" fill="currentColor" />
  </>
);
const twoArrows = (
  <path
    d="M1.5 4h8.2M7.5 1.8L9.8 4 7.5 6.2M10.5 8.3H2.3M4.5 6.1L2.2 8.3l2.3 2.2"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.4"
    strokeLinecap="round"
    strokeLinejoin="round"
  />
);
const dashed = (
  <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2 1.8" />
);

const LOOKS: Record<OrderState | "unknown" | "conflict", Look> = {
  UNVERIFIED: { tone: "quiet", sign: dashed },
  CREATING: { tone: "blue", sign: dashed },
  CREATE_FAILED: { tone: "red", sign: cross },
  NOTPAY: { tone: "quiet", sign: ring },
  USERPAYING: { tone: "blue", sign: half },
  ACCEPT: { tone: "blue", sign: half },
  SUCCESS: { tone: "green", sign: <circle cx="6" cy="6" r="5" fill="currentColor" /> },
  REFUND: { tone: "violet", sign: back },
  CLOSED: { tone: "quiet", sign: crossedRing },
  REVOKED: { tone: "quiet", sign: crossedRing },
  PAYERROR: { tone: "red", sign: cross },
  unknown: { tone: "amber", sign: question },
  conflict: { tone: "red", sign: twoArrows },
};

/** The sign and word of a state, without an order around it. */
export function StateWord({ state }: { state: OrderState }) {
  const { t } = useTranslation();
  return <Sign look={LOOKS[state]} word={t(`state.${state}`)} />;
}

type Stated = Pick<OrderRow, "state" | "claimed_state" | "flags">;

/** What an order is and, where that is doubtful, what the program is doing about it: a sign, a word and a colour. */
export function StateSign({ order, brief = false }: { order: Stated; brief?: boolean }) {
  const { t } = useTranslation();
  const doubt = order.flags.includes("conflict") ? "conflict" : order.flags.includes("unknown") ? "unknown" : null;
  if (doubt) {
    const note = brief ? t(`state.${order.state}`) : t(`doing.short.${doubt}`);
    return (
      <Sign
        look={LOOKS[doubt]}
        word={t(`state.${doubt}`)}
        note={note}
        title={doubtTitle(t(`state.${order.state}`), t(doubt === "conflict" ? "doing.human_needed" : "doing.unknown"))}
      />
    );
  }
  if (order.state === "UNVERIFIED") {
    const note = order.claimed_state ? t("state.claimed", { state: t(`state.${order.claimed_state}`) }) : null;
    return (
      <Sign look={LOOKS.UNVERIFIED} word={t("state.UNVERIFIED")} note={note} title={t("doing.unverified")} outlined />
    );
  }
  return <Sign look={LOOKS[order.state]} word={t(`state.${order.state}`)} />;
}

function doubtTitle(state: string, doing: string): string {
  return `${state} · ${doing}`;
}

type SignProps = { look: Look; word: string; note?: string | null; title?: string; outlined?: boolean };

function Sign({ look, word, note, title, outlined = false }: SignProps) {
  return (
    <span className={`sign tone-${look.tone}${outlined ? " sign-outlined" : ""}`} title={title}>
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        {look.sign}
      </svg>
      <span>{word}</span>
      {note && <span className="sign-note">{note}</span>}
    </span>
  );
}
