import type { BasicAdvice, JsonObject } from "@electrum-vouchers/core";
import { lifecycle } from "./authorise.ts";
import type { Call } from "./call.ts";
import { forward } from "./forward.ts";
import { happened, holds, recordTransaction, recordVoucher, voucherOf } from "./ledger.ts";
import type { AdviceOperation } from "./operations.ts";
import { profiles } from "./provider-profiles.ts";
import { failure, type Handled, json, unchanged } from "./response.ts";
import type { Transaction, World } from "./world.ts";

/** Takes an advice: the transaction is settled, its voucher moves, the provider will hear of it, the sender gets it back. */
export function settle(
  world: World,
  transaction: Transaction,
  advice: BasicAdvice,
  call: Call<AdviceOperation>,
  state: "confirmed" | "reversed",
): Handled {
  const event = happened(call.at, `${call.operation}: 202, ${state}`);
  const voucher = voucherOf(world, transaction);
  const moves = voucher !== undefined && holds(transaction, voucher) && profiles[transaction.provider].takesAdvices;
  const moved = moves ? recordVoucher(world, { ...voucher, state: lifecycle[transaction.kind][state] }, event) : world;
  const recorded = recordTransaction(
    moved,
    { ...transaction, state, ...(state === "confirmed" ? { confirmationId: advice.id } : { reversalId: advice.id }) },
    event,
  );
  return { ...forward(recorded, transaction, advice, call), response: json(202, advice) };
}

/** The same advice again: acknowledged again. */
export function acknowledgeAgain(
  world: World,
  transaction: Transaction,
  advice: BasicAdvice,
  call: Call<AdviceOperation>,
): Handled {
  const event = happened(call.at, `${call.operation}: 202 again`);
  return { world: recordTransaction(world, transaction, event), response: json(202, advice), forwards: [] };
}

export const refuseAdvice = (
  world: World,
  status: number,
  errorType: string,
  advice: BasicAdvice,
  detailMessage: JsonObject,
): Handled =>
  unchanged(world, failure(status, errorType, { id: advice.id, originalId: advice.requestId }, detailMessage));

/**
 * A reversal of a request that was never approved: there is nothing to undo. It is remembered, so that the request is
 * refused should it still come.
 */
export function bar(
  world: World,
  known: Transaction | undefined,
  advice: BasicAdvice,
  call: Call<AdviceOperation>,
  detailMessage: JsonObject,
): Handled {
  const refusal = refuseAdvice(world, 404, "UNABLE_TO_LOCATE_RECORD", advice, detailMessage);
  const stands = known !== undefined && known.state !== "declined";
  if (!world.settings.remembersReversals || stands) return refusal;
  const barred = {
    ...(known ?? {
      kind: call.kind,
      user: call.user,
      id: advice.requestId,
      provider: "ordinary" as const,
      atProvider: "unseen" as const,
    }),
    state: "barred" as const,
    reversalId: advice.id,
  };
  return { ...refusal, world: recordTransaction(world, barred, happened(call.at, `${call.operation}: 404, barred`)) };
}
