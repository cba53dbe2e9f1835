import type { Transaction, Uuid } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import type { ResultAsync } from "neverthrow";
import type { Host } from "./host.ts";
import type { Surroundings } from "./ports.ts";

/** What came of asking a till. */
export type Asked<Found extends Transaction = Transaction> =
  | { readonly type: "answered"; readonly transaction: Found }
  /** There is nothing that asking again would change. */
  | { readonly type: "refused" }
  /** The customer ran out of patience before any till had answered. */
  | { readonly type: "left" };

/** Where customers are served: at any till that answers. */
export interface Counter {
  /** Asks until a till has answered. */
  ask<Found extends Transaction>(
    id: Uuid,
    what: string,
    work: (till: Till) => ResultAsync<Found, TillError>,
  ): Promise<Asked<Found>>;
  /** Waits until the transaction that was asked for is in none of these states. */
  past(asked: Asked, states: readonly Transaction["state"][]): Promise<Transaction | undefined>;
}

/** Nobody asks more often than this. */
const MAX_PATIENCE = 30;

const MAX_PAUSE_MS = 5_000;

export function createCounter({ stage, watch }: Surroundings, hosts: readonly Host[]): Counter {
  const { clock, random, trace } = stage;

  async function ask<Found extends Transaction>(
    id: Uuid,
    what: string,
    work: (till: Till) => ResultAsync<Found, TillError>,
  ): Promise<Asked<Found>> {
    for (let patience = 1 + random.below(MAX_PATIENCE); patience > 0; patience -= 1) {
      const host = random.pick(hosts);
      const result = await host.call(work);
      const answer = result.match(
        ({ state }) => state,
        (error) => (error.type === "refused" ? `refused, ${error.refusal.type}` : error.type),
      );
      trace.add(host.name, `${what} ${trace.nameOf(id)}: ${answer}`);
      if (result.isOk()) {
        watch.acknowledged(result.value);
        return { type: "answered", transaction: result.value };
      }
      const { error } = result;
      switch (error.type) {
        case "gone":
        case "stopped":
        case "outboxUnavailable":
          await clock.sleep(random.below(MAX_PAUSE_MS));
          break;
        default:
          return { type: "refused" };
      }
    }
    return { type: "left" };
  }

  async function past(asked: Asked, states: readonly Transaction["state"][]): Promise<Transaction | undefined> {
    let latest = asked;
    for (let patience = MAX_PATIENCE; patience > 0; patience -= 1) {
      if (latest.type !== "answered") return undefined;
      const { id, state } = latest.transaction;
      if (!states.includes(state)) return latest.transaction;
      await clock.sleep(random.below(MAX_PAUSE_MS));
      latest = await ask(id, "looks for", (till) => till.find(id));
    }
    return undefined;
  }

  return { ask, past };
}
