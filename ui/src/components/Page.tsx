import type { ReactNode } from "react";

type PageProps = { title: string; aside?: ReactNode; children: ReactNode; fill?: boolean; testId: string };

/** A screen: its title, what stands beside the title, and the rest. `fill` lets the content take the window's height. */
export function Page({ title, aside, children, fill = false, testId }: PageProps) {
  return (
    <section className={fill ? "page page-fill" : "page"} data-testid={testId} aria-label={title}>
      <header className="page-head">
        <h1>{title}</h1>
        {aside}
      </header>
      {children}
    </section>
  );
}
