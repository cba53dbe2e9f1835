import type { Transaction } from "@electrum-vouchers/core";
import { transactionsWithId, type World } from "@electrum-vouchers/simulator";
import type { Counter } from "./counter.ts";
import type { Host } from "./host.ts";
import type { Surroundings } from "./ports.ts";

/** The person who looks after the tills: puts credentials right, and settles disputes. */
export interface Operator {
  /** Everything works again, and will. */
  calm(): void;
  /** Whether nothing waits for a person. */
  readonly isContent: () => boolean;
}

/** How often somebody looks, more or less. */
const ROUND_MS = 30_000;

export function createOperator(
  { stage, store, watch }: Surroundings,
  counter: Counter,
  hosts: readonly Host[],
  world: () => World,
): Operator {
  const { clock, random } = stage;

  const disputed = (): readonly Transaction[] => store.all().filter(({ state }) => state === "disputed");

  /** A person either has the advice sent again, or finds that Electrum holds what it says, and closes the matter. */
  async function settle(transaction: Transaction): Promise<void> {
    const { id } = transaction;
    const as = ledgerSays(transaction, world());
    const wanted = transaction.state === "disputed" && transaction.of.state === "confirming" ? "confirmed" : "reversed";
    if (as === wanted && random.chance(0.3))
      await counter.ask(id, "resolves", (till) => till.resolve(id, { as, by: "operator", why: "Electrum holds it" }));
    else await counter.ask(id, "resends", (till) => till.resend(id));
  }

  async function lookAfter(): Promise<void> {
    for (;;) {
      await clock.sleep(ROUND_MS / 2 + random.below(ROUND_MS));
      for (const host of hosts) host.lookAfter();
      for (const transaction of disputed()) await settle(transaction);
    }
  }

  watch.mind(lookAfter());
  return { calm: () => hosts.forEach((host) => host.lookAfter()), isContent: () => disputed().length === 0 };
}

function ledgerSays({ id, kind }: Transaction, world: World): "confirmed" | "reversed" | undefined {
  const state = transactionsWithId(world, id).find((entry) => entry.kind === kind)?.state;
  if (state === "confirmed") return state;
  return state === "reversed" || state === "barred" ? "reversed" : undefined;
}
