import { useNavigate } from "@tanstack/react-router";
import { useStart } from "../../components/use-settings";
import { handOver } from "../signature/handover";
import { bodyOf } from "./exchange-text";

/** Opens a message of the gateway in the signature workbench, with its kind and the gateway's key. */
export function useOpenMessage(): (text: string, context: string) => void {
  const navigate = useNavigate();
  const { profiles } = useStart();
  return (text, context) => {
    const builtin = profiles.find((profile) => profile.builtin)?.name;
    const draft = handOver({ mode: "verify", input: bodyOf(text), context, ...(builtin ? { profile: builtin } : {}) });
    void navigate({ to: "/signature", search: { draft } });
  };
}
