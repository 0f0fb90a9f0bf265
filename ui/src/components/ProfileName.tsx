import { useProfileLabel } from "./use-profile-label";

/** A merchant, as it is called on screen. */
export function ProfileName({ name }: { name: string }) {
  const label = useProfileLabel()(name);
  return <span title={label}>{label}</span>;
}
