import type { Transaction, Uuid } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import { err, ok, type Result, type ResultAsync } from "neverthrow";
import type { Host } from "./host.ts";
import type { Surroundings } from "./ports.ts";

/** What a till has answered; nothing where the customer ran out of patience first. */
export type Asked<Found extends Transaction = Transaction> = Result<Found, TillError> | undefined;

/** Where customers are served: at any till that answers. */
export interface Counter {
  /** Asks until a till has answered. */
  ask<Found extends Transaction>(
    id: Uuid,
    what: string,
    work: (till: Till) => ResultAsync<Found, TillError>,
  ): Promise<Asked<Found>>;
  /** Waits until a transaction is in none of these states. Nothing where the customer runs out of patience first. */
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
        return ok(result.value);
      }
      const { error } = result;
      switch (error.type) {
        case "gone":
        case "stopped":
        case "outboxUnavailable":
          await clock.sleep(random.below(MAX_PAUSE_MS));
          break;
        default:
          return err(error);
      }
    }
    return undefined;
  }

  async function past(asked: Asked, states: readonly Transaction["state"][]): Promise<Transaction | undefined> {
    let latest = asked;
    for (let patience = MAX_PATIENCE; patience > 0; patience -= 1) {
      if (latest === undefined || latest.isErr()) return undefined;
      const { id, state } = latest.value;
      if (!states.includes(state)) return latest.value;
      await clock.sleep(random.below(MAX_PAUSE_MS));
      latest = await ask(id, "looks for", (till) => till.find(id));
    }
    return undefined;
  }

  return { ask, past };
}
