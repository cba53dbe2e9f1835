import type { BasicAdvice, JsonObject } from "@electrum-vouchers/core";
import { lifecycle } from "./authorise.ts";
import type { SwitchCall } from "./call.ts";
import { forwardAdvice, takesAdvice } from "./forward.ts";
import { historyEvent, isHolder, recordTransaction, recordVoucher, voucherOf } from "./ledger.ts";
import type { SwitchAdviceOperation } from "./operations.ts";
import { createErrorResponse, type HandleResult, createJsonResponse, respondUnchanged } from "./response.ts";
import { type LedgerTransaction, providerNamed, type World } from "./world.ts";

/** Applies an advice: changes the transaction and its voucher, queues the advice for the provider, and echoes it to the sender. */
export function applyAdvice(
  world: World,
  transaction: LedgerTransaction,
  advice: BasicAdvice,
  call: SwitchCall<SwitchAdviceOperation>,
  state: "confirmed" | "reversed",
): HandleResult {
  const event = historyEvent(call.at, `${call.operation}: 202, ${state}`);
  const voucher = voucherOf(world, transaction);
  const { profile } = providerNamed(world, transaction.provider);
  const changesVoucher = voucher !== undefined && isHolder(transaction, voucher) && takesAdvice(profile, state);
  const withVoucher = changesVoucher
    ? recordVoucher(world, { ...voucher, state: lifecycle[transaction.kind][state] }, event)
    : world;
  const recorded = recordTransaction(
    withVoucher,
    { ...transaction, state, ...(state === "confirmed" ? { confirmationId: advice.id } : { reversalId: advice.id }) },
    event,
  );
  return { ...forwardAdvice(recorded, transaction, advice, call), response: createJsonResponse(202, advice) };
}

/** Acknowledges a repeat of an advice. */
export function repeatAcknowledgement(
  world: World,
  transaction: LedgerTransaction,
  advice: BasicAdvice,
  call: SwitchCall<SwitchAdviceOperation>,
): HandleResult {
  const event = historyEvent(call.at, `${call.operation}: 202 again`);
  return {
    world: recordTransaction(world, transaction, event),
    response: createJsonResponse(202, advice),
    forwards: [],
  };
}

export const refuseAdvice = (
  world: World,
  status: number,
  errorType: string,
  advice: BasicAdvice,
  detailMessage: JsonObject,
): HandleResult =>
  respondUnchanged(
    world,
    createErrorResponse(status, errorType, { id: advice.id, originalId: advice.requestId }, detailMessage),
  );

/**
 * Refuses a reversal of a request that was never approved, since there is nothing to undo. It is remembered: if the request still
 * comes, it is refused.
 */
export function blockRequest(
  world: World,
  known: LedgerTransaction | undefined,
  advice: BasicAdvice,
  call: SwitchCall<SwitchAdviceOperation>,
  detailMessage: JsonObject,
): HandleResult {
  const refusal = refuseAdvice(world, 404, "UNABLE_TO_LOCATE_RECORD", advice, detailMessage);
  const isOnRecord = known !== undefined && known.state !== "declined";
  if (!world.settings.remembersReversals || isOnRecord) return refusal;
  const blocked = {
    ...(known ?? {
      kind: call.kind,
      user: call.user,
      id: advice.requestId,
      provider: "standard" as const,
      providerState: "notReceived" as const,
    }),
    state: "blocked" as const,
    reversalId: advice.id,
  };
  return {
    ...refusal,
    world: recordTransaction(world, blocked, historyEvent(call.at, `${call.operation}: 404, blocked`)),
  };
}
