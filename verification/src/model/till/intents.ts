import type { Intent, Transaction } from "@electrum-vouchers/core";
import { decided, type StartEntry, started, take } from "@electrum-vouchers/runtime/drive";
import { provisionStarts, redemptionRequest, redemptionStarts, tenders } from "../fixtures.ts";
import type { Space } from "../space.ts";
import { NOW } from "../time/time.ts";
import { STORED } from "./activity.ts";
import { type Outcome, outcomeOf } from "./till.ts";

/** Every way to start the transaction: the till may do so again, with ids minted anew. */
export const starts = (space: Space): readonly Outcome[] =>
  startEntries(space).map((entry) => outcomeOf(take(started(entry)._unsafeUnwrap())));

const startEntries = ({ configuration: { kind, policy }, code }: Space): readonly StartEntry[] =>
  kind === "provision"
    ? provisionStarts(policy).map((start) => ({ type: "provisionStarted", start }))
    : redemptionStarts(policy, code).map((start) => ({ type: "redemptionStarted", start }));

/** Everything that the till, or a person, may want. */
export function intentsFor({ configuration, provider, code }: Space): readonly Intent[] {
  const { kind } = configuration;
  const at = NOW;
  const person = { by: "a person", why: "both sides were asked", at } as const;
  return [
    kind === "provision" ? { type: "confirm", tenders, at } : { type: "confirm", at },
    { type: "cancel", at },
    ...(kind === "provision"
      ? []
      : [{ type: "lookUp", at } as const, { type: "redeem", request: redemptionRequest(provider, code), at } as const]),
    { type: "resend", at },
    { type: "resolve", as: "confirmed", ...person },
    { type: "resolve", as: "reversed", ...person },
  ];
}

/** What an intent comes to; nothing where it is refused. */
export const wanted = (transaction: Transaction, intent: Intent): Outcome | undefined =>
  decided({ transaction, version: STORED }, intent)
    .map((progress) => outcomeOf(take(progress)))
    .unwrapOr(undefined);
