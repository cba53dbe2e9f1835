import type { Intent, StartEntry, Transaction } from "@electrum-vouchers/core";
import { intentStep, nextAction, startStep } from "@electrum-vouchers/runtime/engine";
import { provisionStarts, redemptionRequest, redemptionStarts, refundStarts, tenders } from "../fixtures.ts";
import type { StateSpace } from "../state-space.ts";
import { NOW } from "../time/time.ts";
import { STORED_VERSION } from "./activity.ts";
import { type ActivityOutcome, toOutcome } from "./till.ts";

/** Every way to start the transaction. The till may start it again, with newly minted ids. */
export const startOutcomes = (space: StateSpace): readonly ActivityOutcome[] =>
  startEntries(space).map((entry) => toOutcome(nextAction(startStep(entry)._unsafeUnwrap())));

function startEntries({ configuration: { kind, policy }, code }: StateSpace): readonly StartEntry[] {
  switch (kind) {
    case "provision":
      return provisionStarts(policy).map((start) => ({ type: "provisionStarted", start }));
    case "redemption":
      return redemptionStarts(policy, code).map((start) => ({ type: "redemptionStarted", start }));
    case "refund":
      return refundStarts(policy, code).map((start) => ({ type: "refundStarted", start }));
  }
}

/** Every intent of a caller or of the operator. */
export function intentsFor({ configuration, provider, code }: StateSpace): readonly Intent[] {
  const { kind } = configuration;
  const at = NOW;
  const confirmation: Confirmation = kind === "provision" ? { type: "confirm", tenders, at } : { type: "confirm", at };
  const operator = { by: "the operator", reason: "both sides were asked", at } as const;
  return [
    confirmation,
    ...(configuration.handsOver ? handOversWith(confirmation) : []),
    { type: "cancel", at },
    ...(kind === "redemption"
      ? [{ type: "lookUp", at } as const, { type: "redeem", request: redemptionRequest(provider, code), at } as const]
      : []),
    { type: "paymentStarted", at },
    { type: "hold", ...operator },
    { type: "unhold", ...operator },
    { type: "reconcile", outcome: "agrees", ...operator },
    { type: "resend", ...operator },
    { type: "resolve", resolution: "confirmed", ...operator },
    { type: "resolve", resolution: "reversed", ...operator },
  ];
}

type Confirmation = Extract<Intent, { type: "confirm" }>;

/** What hands over: a confirmation that does so as well, a call of its own, a copy; and what the till says of its printer. */
const handOversWith = (confirmation: Confirmation): readonly Intent[] => [
  { ...confirmation, handOver: true },
  { type: "handOver", at: NOW },
  { type: "handOver", copy: { by: "the manager", reason: "the slip was torn" }, at: NOW },
  { type: "printed", at: NOW },
];

/** The outcome of an intent; nothing if it is refused. */
export const decideIntent = (transaction: Transaction, intent: Intent): ActivityOutcome | undefined =>
  intentStep({ transaction, version: STORED_VERSION }, intent)
    .map((step) => toOutcome(nextAction(step)))
    .unwrapOr(undefined);
