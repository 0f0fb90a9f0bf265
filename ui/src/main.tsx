import "./theme/base.css";
import "./theme/frame.css";
import "./theme/parts.css";
import "./theme/screens.css";
import "./theme/sheets.css";
import "./theme/signature.css";
import "./theme/simulator.css";
import "./theme/notices.css";
import "./theme/lookup.css";
import "./theme/days.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { startWords } from "./i18n";
import { connect } from "./ipc/client";

async function open(): Promise<void> {
  await Promise.all([startWords(), connect()]);
  const root = document.getElementById("root");
  if (!root) throw new Error("index.html has no #root");
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

void open();
