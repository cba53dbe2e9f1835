import type { Transaction } from "@electrum-vouchers/core";
import { transactionsWithId, type World } from "@electrum-vouchers/simulator";
import type { TillClient } from "./workload/till-client.ts";
import type { SupervisedTill } from "./supervised-till.ts";
import type { ProcessEnvironment } from "./ports.ts";

/** The operator of the tills: puts credentials right, and resolves disputes. */
export interface Operator {
  /** Resumes every forwarder that has halted. */
  resumeAll(): void;
  /** Whether nothing waits for the operator. */
  readonly hasNoDisputes: () => boolean;
}

/** How often the operator looks, on average. */
const ROUND_INTERVAL_MS = 30_000;

export function createOperator(
  { context, oracle }: ProcessEnvironment,
  client: TillClient,
  tills: readonly SupervisedTill[],
  world: () => World,
): Operator {
  const { clock, random } = context;

  const disputed = (): readonly Transaction[] =>
    [...oracle.histories.values()].flatMap(({ stored }) => (stored?.state === "disputed" ? [stored] : []));

  /** The operator either has the advice sent again, or resolves the transaction if Electrum already holds what the advice says. */
  async function resolveDispute(transaction: Transaction): Promise<void> {
    const { id } = transaction;
    const resolution = findFinalization(transaction, world());
    const wanted =
      transaction.state === "disputed" && transaction.finalizing.state === "confirming" ? "confirmed" : "reversed";
    if (resolution === wanted && random.chance(0.3))
      await client.call(id, "resolves", (till) =>
        till.resolve(id, { resolution, by: "operator", reason: "Electrum holds it" }),
      );
    else await client.call(id, "resends", (till) => till.resend(id));
  }

  async function makeRounds(): Promise<void> {
    for (;;) {
      await clock.sleep(ROUND_INTERVAL_MS / 2 + random.below(ROUND_INTERVAL_MS));
      for (const supervisedTill of tills) supervisedTill.resumeForwarding();
      for (const transaction of disputed()) await resolveDispute(transaction);
    }
  }

  oracle.expectNoThrow(makeRounds());
  return {
    resumeAll: () => tills.forEach((supervisedTill) => supervisedTill.resumeForwarding()),
    hasNoDisputes: () => disputed().length === 0,
  };
}

function findFinalization({ id, kind }: Transaction, world: World): "confirmed" | "reversed" | undefined {
  const state = transactionsWithId(world, id).find((entry) => entry.kind === kind)?.state;
  if (state === "confirmed") return state;
  return state === "reversed" || state === "blocked" ? "reversed" : undefined;
}
