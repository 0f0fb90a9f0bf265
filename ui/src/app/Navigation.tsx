import { MenuFoldOutlined, MenuUnfoldOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useLayoutPrefs } from "../lib/prefs";
import { GatewayMark } from "./GatewayMark";
import { SCREENS } from "./screens";

/** The screens, at the left edge; folded it keeps their icons. */
export function Navigation() {
  const { t } = useTranslation();
  const { navFolded, toggleNav } = useLayoutPrefs();
  const foldLabel = t(navFolded ? "common.unfold" : "common.fold");
  return (
    <nav className={navFolded ? "nav nav-folded" : "nav"} aria-label={t("nav.label")}>
      <div className="nav-name" data-testid="app-title">
        <Ledger />
        {!navFolded && <span>{t("app.name")}</span>}
      </div>
      {SCREENS.map((screen, at) => (
        <Link
          key={screen.name}
          to={screen.to}
          className="nav-entry"
          activeProps={{ className: "nav-entry-active", "aria-current": "page" }}
          activeOptions={{ includeSearch: false }}
          title={`${t(`nav.${screen.name}`)} · Alt+${(at + 1) % 10}`}
          data-testid={`nav-${screen.name}`}
        >
          {screen.icon}
          {!navFolded && <span>{t(`nav.${screen.name}`)}</span>}
          {screen.name === "simulator" && <GatewayMark folded={navFolded} />}
        </Link>
      ))}
      <button type="button" className="nav-entry nav-fold" onClick={toggleNav} title={foldLabel} aria-label={foldLabel}>
        {navFolded ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
        {!navFolded && <span>{foldLabel}</span>}
      </button>
    </nav>
  );
}

function Ledger() {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <rect x="2" y="2" width="16" height="16" rx="3" fill="var(--accent)" />
      <path d="M6 7h8M6 10.3h8M6 13.6h5" stroke="var(--on-accent)" strokeWidth="1.5" strokeLinecap="round" />
    </svg>
  );
}
