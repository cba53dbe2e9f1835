import { randomUUID } from "node:crypto";
import {
  decode,
  type Fact,
  type Intent,
  type Policy,
  type ProvisionRequest,
  resume,
  type Transaction,
} from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import { factStep, intentStep, nextAction, type PendingStep, startStep } from "@electrum-vouchers/runtime/engine";
import { approvedProvision, policyOf, provisionRequest, receiver } from "@electrum-vouchers/testkit";

/** Where a sale in dual messaging stands after each of its four durable steps. */
export type SaleSteps = readonly [requesting: Change, issued: Change, confirming: Change, confirmed: Change];

export const samplePolicy: Policy = policyOf();

/** A sale as a till makes it, under an id of its own. */
export const createProvisionRequest = (): ProvisionRequest =>
  provisionRequest(randomUUID(), {
    time: new Date().toISOString(),
    receiver: receiver("standard"),
    thirdPartyIdentifiers: [{ institutionId: "corner-shop", transactionIdentifier: randomUUID() }],
    product: { productId: "GAME100", name: "Game voucher R100" },
  });

/** Electrum's approval of it, as large as it is at Electrum. */
export const createApproval = (request: ProvisionRequest): string =>
  approvedProvision(request, {
    amounts: { ...request.amounts, approvedAmount: request.amounts?.requestAmount },
    voucher: { code: "1234567890123456", serialNumber: "9876543210", expiryDate: "2030-01-01T00:00:00.000Z" },
    slipData: { messageLines: [{ text: "Dial *123# and enter the code" }, { text: "Valid for three years" }] },
  }).body;

/** The four changes of one sale, as the shipped loop makes them. */
export function createSaleSteps(): SaleSteps {
  const request = createProvisionRequest();
  const at = Date.now();
  const start = { request, policy: samplePolicy, confirmationId: randomUUID(), reversalId: randomUUID(), at };
  const approval: Fact = { type: "response", attempt: 0, status: 201, body: createApproval(request), at };
  const confirm: Intent = { type: "confirm", tenders: [], at };
  const requesting = toCommittedChange(startStep({ type: "provisionStarted", start })._unsafeUnwrap());
  const issued = toCommittedChange(factStep(decodeChange(requesting), approval));
  const confirming = toCommittedChange(intentStep(decodeChange(issued), confirm)._unsafeUnwrap());
  const confirmed = toCommittedChange(
    factStep(decodeChange(confirming), acknowledge(decodeChange(confirming).transaction)),
  );
  return [requesting, issued, confirming, confirmed];
}

/** The fact that Electrum has the advice that is due. */
export function acknowledge(transaction: Transaction): Fact {
  const [command] = resume(transaction).commands;
  if (command?.type !== "queueAdvice") throw new TypeError("an advice is due");
  const { id, requestId } = command.advice.message;
  return { type: "adviceResponse", adviceId: id, status: 202, body: JSON.stringify({ id, requestId }), at: Date.now() };
}

/** The change that a step asks to be made durable. */
export function toCommittedChange(progress: PendingStep): Change {
  const turn = nextAction(progress);
  if (turn.type !== "commit") throw new TypeError("the step changes something");
  return turn.change;
}

const decodeChange = ({ record, expectedVersion }: Change): { transaction: Transaction; version: number } => ({
  transaction: decode(record)._unsafeUnwrap(),
  version: expectedVersion + 1,
});
