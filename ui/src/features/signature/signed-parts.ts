import type { SignatureReport } from "../../ipc/model";

type Signed = Pick<SignatureReport, "fields" | "sorted" | "string_to_sign">;
/** A field as it stands in the string to sign. */
type SignedPart = { name: string; value: string };

/** The string to sign, taken apart into its fields and the key at its end; null where the fields do not make it up. */
export function partsOf({ fields, sorted, string_to_sign }: Signed): { parts: SignedPart[]; rest: string } | null {
  const parts: SignedPart[] = [];
  let rest = string_to_sign;
  for (const name of sorted) {
    const field = fields.find((one) => one.included && one.name === name && rest.startsWith(`${name}=${one.value}&`));
    if (!field) return null;
    parts.push({ name, value: field.value });
    rest = rest.slice(name.length + field.value.length + 2);
  }
  return { parts, rest };
}
