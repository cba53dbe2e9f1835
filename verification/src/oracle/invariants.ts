// Every promise, once. The model checker, the simulation, the crash points and the kills report what is broken by these names.

/** What must hold in every state, by the name under which a report says that it was broken. */
export const invariants = {
  oneFinalState: "a final state is never left and never changed, except for reconciliation and handing over",
  agreement: "till, switch and provider agree once nothing is under way",
  oneAdvice: "never a confirmation and a reversal, and never one under another id or with another body",
  nothingAfterAdvice: "no request is sent once an advice about it was",
  reversalWaits: "no reversal is sent while a request of ours may be under way",
  sentBeforeDeadline: "no request is sent from its deadline on",
  sentOnce: "no attempt is sent twice",
  sameRequest: "every attempt carries the original message unchanged, and only the first by the original operation",
  commitFirst: "nothing is done before the step that asks for it is durable",
  policyKept: "no attempt is made, and no decision awaited, beyond what the policy and the provider allow",
  decisionKept: "a decision that the till accepted stands, and the till is never told the opposite",
  handOver: "a voucher is handed over only if it is confirmed or completed in the end",
  handOverMarked: "what is handed over is marked before it leaves, once, and the mark stays",
  repeatsKnown: "after redaction a repeat is known, and nothing else is taken for one",
  identifiersEchoed: "third-party identifiers go back unaltered",
  outboxAccurate:
    "the outbox is told the state, whether it is final, whether the operator must look, whether a voucher is to be handed over, and what key is given back, as they are",
  reconciliationListed: "what the operator must reconcile is listed, and nothing else",
  noOperatorNeeded: "the operator is not needed while Electrum answers as it should",
  journalReplays: "the journal replays to the stored state",
  redactedReplays: "the redacted journal replays to the redacted state",
  noSecret: "no voucher code is left in what was redacted",
  terminates: "nothing waits for ever once faults stop",
  succeeds: "if nothing goes wrong, what the till confirms is done",
} as const;

export type Invariant = keyof typeof invariants;

/** What must hold besides when real tills run: it is about callers, processes and stores, which the model has not. */
export const runInvariants = {
  toldIsStored: "what a caller was told is stored",
  issuedVoucher: "the voucher that is handed over is the one that was issued",
  attentionIsNeeded: "the operator is alerted only of what needs attention",
  oneOpenRedemption: "a voucher is redeemed by one open redemption at a time",
  oneResponseAwaited: "a till waits for one response at a time",
  soundOutbox: "the outbox is sound",
  balancedBooks: "the switch's books balance",
  noSecretInEvents: "no event holds a voucher code",
  healthyUnaffected: "what healthy advices experience does not depend on the failing ones",
  nothingThrown: "nothing is thrown, and every record can be read",
} as const;

/** How a run reports that a promise was broken. */
export const describeViolation = (name: Invariant | keyof typeof runInvariants, detail?: string): string => {
  const promise = { ...invariants, ...runInvariants }[name];
  return detail === undefined ? promise : `${promise} (${detail})`;
};
