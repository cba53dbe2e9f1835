import { handOver, type HandOver, type Instant, type NothingToHandOver, type Uuid } from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { err, type Result } from "neverthrow";
import { type AppliedChange, applyIntentAlone, type ChangeFailure } from "./apply-intent-alone.ts";

/** A voucher that is handed over once more. It holds the code: it is for the printer and for nothing else. */
export interface Reprint extends AppliedChange {
  readonly handOver: HandOver;
}

/**
 * Hands a voucher over again, as a copy. Who and why is durable before the code is given out. If it was never handed over, this is the
 * first time, and no copy.
 */
export async function reprintVoucher(
  outbox: Outbox,
  id: Uuid,
  note: { readonly by: string; readonly reason: string },
  now: Instant,
): Promise<Result<Reprint, ChangeFailure | NothingToHandOver>> {
  const intent = { type: "handOver", by: note.by, copy: { by: note.by, reason: note.reason }, at: now } as const;
  const applied = await applyIntentAlone(outbox, id, intent, now);
  if (applied.isErr()) return err(applied.error);
  return handOver(applied.value.after).map((given) => ({ ...applied.value, handOver: given }));
}
