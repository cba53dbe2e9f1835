import type { Uuid } from "@electrum-vouchers/core";
import type { ProcessMessage } from "./process-messages.ts";

/** What was heard of one transaction, from all processes that had it. */
export interface TransactionHistory {
  readonly returnedStates: Set<string>;
  readonly decisions: Set<"confirm" | "cancel">;
  readonly fingerprints: Set<string>;
}

/** Everything that the callers of the tills were told. */
export function collectHistories(messages: Iterable<ProcessMessage>): ReadonlyMap<Uuid, TransactionHistory> {
  const histories = new Map<Uuid, TransactionHistory>();
  for (const message of messages) {
    if (!("id" in message)) continue;
    const history = histories.get(message.id) ?? {
      returnedStates: new Set(),
      decisions: new Set(),
      fingerprints: new Set(),
    };
    histories.set(message.id, history);
    if (message.type === "returned") history.returnedStates.add(message.state);
    else if (message.type === "decided") history.decisions.add(message.decision);
    else history.fingerprints.add(message.fingerprint);
  }
  return histories;
}
