import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useReport } from "../../components/use-report";
import { desk } from "../../ipc/client";
import type { DayNoteKind } from "../../ipc/model";
import { invalidate } from "../../ipc/tags";

type Saying = { kind: DayNoteKind; text: string; identities?: string[] };

/** Saying something to a day, or to differences of it; it is kept with who said it and when. */
export function useSaying(profile: string, date: string, onDone: () => void = () => undefined) {
  const client = useQueryClient();
  const report = useReport();
  return useMutation({
    mutationFn: ({ kind, text, identities = [] }: Saying) => desk().daySay({ profile, date, identities, kind, text }),
    onSuccess: () => {
      onDone();
      return invalidate(client, { tags: ["days"], ids: [] });
    },
    onError: report,
  });
}
