import type { Transaction } from "../src/index.ts";
import { provisionSituations } from "./provision-situations.ts";
import { redemptionSituations } from "./redemption-situations.ts";
import { refundSituations } from "./refund-situations.ts";

const named = (
  kind: Transaction["kind"],
  situations: Readonly<Record<string, () => Transaction>>,
): readonly (readonly [name: string, make: () => Transaction])[] =>
  Object.entries(situations).map(([name, make]) => [`${kind} ${name}`, make]);

/** Transactions of every kind, in every situation, by kind and situation. */
export const situations: ReadonlyMap<string, () => Transaction> = new Map([
  ...named("provision", provisionSituations),
  ...named("redemption", redemptionSituations),
  ...named("refund", refundSituations),
]);

/** Each of them, made anew. */
export const everyTransaction = (): readonly Transaction[] => [...situations.values()].map((make) => make());
