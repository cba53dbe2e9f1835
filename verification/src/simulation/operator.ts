import { isFinal, type Transaction } from "@electrum-vouchers/core";
import { transactionsWithId, type World } from "@electrum-vouchers/simulator";
import type { TillClient } from "./workload/till-client.ts";
import type { SupervisedTill } from "./supervised-till.ts";
import type { ProcessEnvironment } from "./ports.ts";

/** The operator of the tills: puts credentials right, resolves disputes, holds advices for a while, and settles items. */
export interface Operator {
  /** Resumes every forwarder that has halted, and holds nothing from now on. */
  resumeAll(): void;
  /** Whether nothing waits for the operator: no dispute, and no advice that is held. */
  readonly hasNothingToDo: () => boolean;
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
  let isDone = false;

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
    else
      await client.call(id, "resends", (till) => till.resend(id, { by: "operator", reason: "Electrum has mended it" }));
  }

  const stored = (): readonly Transaction[] =>
    [...oracle.histories.values()].flatMap((history) => history.stored ?? []);

  /** What is held is sent after all. While there are faults, something else is held now and then. */
  async function holdAndUnhold(): Promise<void> {
    for (const { id } of stored().filter(isHeld))
      await client.call(id, "lets go", (till) => till.unhold(id, { by: "operator", reason: "the provider is ready" }));
    const owing = stored().filter(({ state }) => state === "confirming" || state === "reversing");
    const chosen = isDone || owing.length === 0 || !random.chance(0.2) ? undefined : random.pick(owing);
    if (chosen !== undefined)
      await client.call(chosen.id, "holds", (till) =>
        till.hold(chosen.id, { by: "operator", reason: "the provider asked for it" }),
      );
  }

  /** Settles what can be settled, now and then. */
  async function reconcile(): Promise<void> {
    for (const { id } of stored()
      .filter(hasItemsToSettle)
      .filter(() => random.chance(0.3)))
      await client.call(id, "settles the items of", (till) =>
        till.reconcile(id, { outcome: "agrees", by: "operator", reason: "both sides were asked" }),
      );
  }

  async function makeRounds(): Promise<void> {
    for (;;) {
      await clock.sleep(ROUND_INTERVAL_MS / 2 + random.below(ROUND_INTERVAL_MS));
      for (const supervisedTill of tills) supervisedTill.resumeForwarding();
      for (const transaction of disputed()) await resolveDispute(transaction);
      await holdAndUnhold();
      await reconcile();
    }
  }

  oracle.expectNoThrow(makeRounds());
  return {
    resumeAll: () => {
      isDone = true;
      tills.forEach((supervisedTill) => supervisedTill.resumeForwarding());
    },
    hasNothingToDo: () => disputed().length === 0 && !stored().some(isHeld),
  };
}

function findFinalization({ id, kind }: Transaction, world: World): "confirmed" | "reversed" | undefined {
  const state = transactionsWithId(world, id).find((entry) => entry.kind === kind)?.state;
  if (state === "confirmed") return state;
  return state === "reversed" || state === "blocked" ? "reversed" : undefined;
}

const isHeld = (transaction: Transaction): boolean => "held" in transaction && transaction.held !== undefined;

const hasItemsToSettle = (transaction: Transaction): boolean =>
  (isFinal(transaction) || transaction.state === "disputed") &&
  transaction.reconciliation.some(({ settled }) => settled === undefined);
