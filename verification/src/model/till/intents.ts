import { decide, type Intent, startProvision, startRedemption, type Transaction } from "@electrum-vouchers/core";
import { take } from "@electrum-vouchers/runtime/drive";
import { STORED } from "./activity.ts";
import { provisionStarts, redemptionRequest, redemptionStarts, tenders } from "../fixtures.ts";
import { NOW } from "../time/time.ts";
import type { Space } from "../space.ts";
import { type Outcome, outcomeOf } from "./till.ts";

/** Every way to start the transaction: the till may do so again, with ids minted anew. */
export function starts({ configuration: { kind, policy }, code }: Space): readonly Outcome[] {
  if (kind === "provision") {
    return provisionStarts(policy).map((start) => {
      const entry = { type: "provisionStarted", start } as const;
      return outcomeOf(take({ step: startProvision(start)._unsafeUnwrap(), version: 0, entry, at: start.at }));
    });
  }
  return redemptionStarts(policy, code).map((start) => {
    const entry = { type: "redemptionStarted", start } as const;
    return outcomeOf(take({ step: startRedemption(start)._unsafeUnwrap(), version: 0, entry, at: start.at }));
  });
}

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

/** What an intent comes to; nothing where it is refused or changes nothing. */
export function wanted(stored: Transaction, intent: Intent): Outcome | undefined {
  const decided = decide(stored, intent);
  if (decided.isErr() || decided.value.transaction === stored) return undefined;
  const entry = { type: "intent", intent } as const;
  return outcomeOf(take({ before: stored, step: decided.value, version: STORED, entry, at: intent.at }));
}
