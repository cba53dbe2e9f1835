import type { NamedStore } from "../../store/location.ts";
import { nextCommand } from "../command.ts";

/** A command that changes a transaction, whole. A script is not asked, and has to say so. */
export const changeCommand = (
  store: NamedStore,
  verb: string,
  id: string,
  outcome: string | undefined,
  isInteractive: boolean,
): string =>
  nextCommand(
    store,
    verb,
    id,
    ...(outcome === undefined ? [] : ["--outcome", outcome]),
    '--by "YOUR NAME"',
    '--reason "WHY"',
    ...(isInteractive ? [] : ["--yes"]),
  );
