import { isJsonObject, type JsonObject } from "./json.ts";
import type { LedgerAmount } from "./messages/amounts.ts";
import type { Policy } from "./policy.ts";
import type { Labels } from "./ports.ts";
import type { Transaction } from "./transaction.ts";

// What a stored record is claimed, listed and alerted by, taken from its transaction. None of it is a secret.
//
// A *queue* is those advices that share a fate: one client's for one provider (Electrum keeps one queue a provider and service,
// contract E.3). The provider is the receiver that the response names, else the one that the request names, else the policy's.

/** The columns that a transaction gives its record. */
export function labelsOf(transaction: Transaction): Labels {
  const { client, terminal, receiver, amount, policy } = sourceOf(transaction);
  const provider = receiverOf(responseOf(transaction)) ?? receiver ?? policy.provider.name;
  return {
    queue: queueName(client, provider),
    ...(client === undefined ? {} : { client }),
    ...(terminal === undefined ? {} : { terminal }),
    ...(amount === undefined ? {} : { amount }),
  };
}

interface Source {
  readonly client?: string | undefined;
  readonly terminal?: string | undefined;
  readonly receiver?: string | undefined;
  readonly amount?: LedgerAmount | undefined;
  readonly policy: Policy;
}

function sourceOf(transaction: Transaction): Source {
  if (transaction.kind === "provision") {
    const { request, policy } = transaction.start;
    return {
      client: request.client.id,
      terminal: request.originator.terminalId,
      receiver: request.receiver?.id,
      amount: request.amounts?.requestAmount,
      policy,
    };
  }
  const { start } = transaction;
  if (!("redeem" in transaction)) {
    const { client, terminal, lookup, policy } = start;
    return { client, terminal, receiver: lookup.receiverInstId, policy };
  }
  const { request, policy = start.policy } = transaction.redeem;
  return {
    client: request.client.id,
    terminal: request.originator.terminalId,
    receiver: request.receiver?.id,
    amount: request.amounts?.requestAmount,
    policy,
  };
}

function responseOf(transaction: Transaction): JsonObject | undefined {
  if ("approval" in transaction) return transaction.approval.response;
  return "response" in transaction ? transaction.response : undefined;
}

function receiverOf(response: JsonObject | undefined): string | undefined {
  const receiver = response?.["receiver"];
  const id = isJsonObject(receiver) ? receiver["id"] : undefined;
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** An id may have any length; a column that is searched should not. */
const MAX_PART = 60;

const queueName = (client: string | undefined, provider: string): string =>
  `${(client ?? "").slice(0, MAX_PART)}/${provider.slice(0, MAX_PART)}`;
