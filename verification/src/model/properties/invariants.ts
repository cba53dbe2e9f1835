/** What must hold always, by the name under which a report says that it was broken. */
export const invariants = {
  oneFinalState: "a final state is never left, nor what it says changed, but for reconciliation",
  agreement: "till, switch and provider agree once nothing is under way",
  oneAdvice: "never a confirmation and a reversal, and never one under another id or with another body",
  nothingAfterAdvice: "no request is sent once an advice about it was",
  reversalWaits: "no reversal is sent while a request of ours may be under way",
  sentBeforeDeadline: "no request is sent from its deadline on",
  sentOnce: "no attempt is sent twice",
  sameRequest: "every attempt carries the original message unchanged, and only the first by the original operation",
  commitFirst: "nothing is done before the step that asks for it is durable",
  policyKept: "no attempt is made, and no decision awaited, beyond what the policy and the provider allow",
  decisionKept: "what the till has decided, durably, stands; and it is not told that the opposite does",
  handOver: "a voucher is handed over only if it is confirmed or completed in the end",
  identifiersEchoed: "third-party identifiers go back unaltered",
  outboxAccurate: "the outbox is told the truth: the state, whether it is final, and whether a person must look",
  reconciliationListed: "what a person must reconcile is marked",
  noOperatorNeeded: "no person is asked while Electrum answers as it should",
  journalReplays: "the journal replays to the stored state",
  redactedReplays: "the scrubbed journal replays to the scrubbed state",
  noSecret: "no voucher code is left in what was scrubbed",
  terminates: "nothing waits for ever once faults stop",
  succeeds: "where nothing goes wrong, what the till confirms is done",
} as const;

export type Invariant = keyof typeof invariants;
