import type { Instant, Uuid } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import type { ResultAsync } from "neverthrow";

export const NOW: Instant = Date.parse("2026-03-01T08:00:00.000Z");

/** The n-th of some ids. */
export const uuid = (n: number): Uuid => `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;

/** The first commit of the n-th transaction, with these fields changed. */
export const change = (n: number, fields: Partial<Change> = {}): Change => ({
  id: uuid(n),
  expectedVersion: 0,
  kind: "provision",
  state: "confirming",
  final: false,
  needsAttention: false,
  record: `record ${n}`,
  entry: `entry ${n}`,
  due: { at: NOW, work: "advice", description: "confirmVoucher" },
  at: NOW,
  ...fields,
});

/** The value of a call that must succeed. */
export async function unwrapAsync<Value>(call: ResultAsync<Value, unknown>): Promise<Value> {
  const result = await call;
  if (result.isErr()) throw new Error(`it must succeed, but gave ${JSON.stringify(result.error)}`);
  return result.value;
}

/** The error of a call that must fail. */
export async function unwrapErrorAsync<Failure>(call: ResultAsync<unknown, Failure>): Promise<Failure> {
  const result = await call;
  if (result.isOk()) throw new Error("it must fail, but succeeded");
  return result.error;
}
