import type { ReactNode } from "react";

type LabelledProps = { id: string; label: string; children: ReactNode };

/** A field under its name, which stays in sight when something stands in the field. */
export function Labelled({ id, label, children }: LabelledProps) {
  return (
    <div className="labelled">
      <label htmlFor={id} className="quiet">
        {label}
      </label>
      {children}
    </div>
  );
}
