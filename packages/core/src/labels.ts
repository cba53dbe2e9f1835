import { isJsonObject, type JsonObject } from "./json.ts";
import { policyInForce } from "./policy-in-force.ts";
import { approvedAmountOf } from "./machines/amounts-check.ts";
import type { LedgerAmount } from "./messages/amounts.ts";
import type { ProvisionRequest } from "./messages/provision.ts";
import type { Policy } from "./policy.ts";
import type { Labels } from "./ports.ts";
import type { Transaction } from "./transaction.ts";

// What a stored record is claimed, listed and alerted by, taken from its transaction. None of it is a secret.
//
// A *queue* is those advices that share a fate: one client's for one provider (Electrum keeps one queue a provider and service,
// contract E.3). The provider is the receiver that the response names, else the one that the request names, else the policy's.

/** The columns that a transaction gives its record. */
export function labelsOf(transaction: Transaction): Labels {
  const { client, terminal, receiver, requested } = sourceOf(transaction);
  const { correlation } = transaction.start;
  const response = responseOf(transaction);
  const provider = receiverOf(response) ?? receiver ?? policyInForce(transaction).provider.name;
  const amount = approvedColumnOf(response) ?? requested;
  return {
    queue: queueName(client, provider),
    ...(client === undefined ? {} : { client }),
    ...(terminal === undefined ? {} : { terminal }),
    ...(amount === undefined ? {} : { amount }),
    ...(correlation === undefined ? {} : { correlation }),
  };
}

interface Source {
  readonly client?: string | undefined;
  readonly terminal?: string | undefined;
  readonly receiver?: string | undefined;
  readonly requested?: LedgerAmount | undefined;
}

function sourceOf(transaction: Transaction): Source {
  if (transaction.kind === "redemption" && !("redeem" in transaction)) {
    const { client, terminal, lookup } = transaction.start;
    return { client, terminal, receiver: lookup.receiverInstId };
  }
  const request = "redeem" in transaction ? transaction.redeem.request : transaction.start.request;
  return {
    client: request.client.id,
    terminal: request.originator.terminalId,
    receiver: request.receiver?.id,
    requested: request.amounts?.requestAmount,
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

/** A response is read leniently. A column takes whole minor units, in a currency. */
function approvedColumnOf(response: JsonObject | undefined): LedgerAmount | undefined {
  const approved = response === undefined ? undefined : approvedAmountOf(response);
  return approved !== undefined && Number.isSafeInteger(approved.amount) && /^\d{3}$/.test(approved.currency)
    ? approved
    : undefined;
}

/** An id may have any length; a column that is searched should not. */
const MAX_PART = 60;

/** The queue that the advices of a sale will share, as far as its request tells. */
export const queueNameOf = ({ client, receiver }: ProvisionRequest, { provider }: Policy): string =>
  queueName(client.id, receiver?.id ?? provider.name);

const queueName = (client: string | undefined, provider: string): string =>
  `${(client ?? "").slice(0, MAX_PART)}/${provider.slice(0, MAX_PART)}`;
