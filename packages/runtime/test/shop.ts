import type { Instant, Policy, Transaction, Uuid } from "@electrum-vouchers/core";
import { createMemoryOutbox, createSimulatedClock, type SimulatedClock } from "@electrum-vouchers/testkit";
import type { ResultAsync } from "neverthrow";
import { readRecord } from "../src/drive.ts";
import { type RuntimeEvent, startTill, type Till, type TillOptions } from "../src/index.ts";
import { policyOf, uuid } from "./messages.ts";
import { errorOf, valueOf } from "./outcome.ts";
import { mortal } from "./mortal.ts";
import { createScriptedElectrum, type Script, type ScriptedElectrum } from "./scripted-electrum.ts";
import { type WatchedOutbox, watchedOutbox } from "./watched-outbox.ts";

/** A till's process. */
export type TillProcess = Till & {
  /** It ends at once, in the midst of whatever it does. */
  kill(): void;
};

/** A shop with one outbox, whose time moves only when told to. */
export interface Shop {
  readonly clock: SimulatedClock;
  readonly electrum: ScriptedElectrum;
  readonly outbox: WatchedOutbox;
  /** What the observers of all tills were told. */
  readonly events: readonly RuntimeEvent[];
  open(options?: Partial<TillOptions>): Promise<TillProcess>;
  /** Lets time pass until the call has succeeded. */
  done<Value, Failure>(call: ResultAsync<Value, Failure>): Promise<Value>;
  /** Lets time pass until the call has failed. */
  failed<Value, Failure>(call: ResultAsync<Value, Failure>): Promise<Failure>;
  /** Lets time pass until something has settled. */
  settled<Value>(promise: PromiseLike<Value>): Promise<Value>;
  /** The transaction as it is stored. */
  stored(id: Uuid): Promise<Transaction>;
  /** The operations that were sent, in order. */
  operations(): readonly string[];
}

export const OPENS_AT: Instant = Date.parse("2026-03-01T08:00:00.000Z");

/** Beyond every deadline, retry and repeat of a test's policies. */
const PATIENCE_MS = 30 * 60_000;
const STEP_MS = 100;

export function createShop({ script, ...policy }: Partial<Policy> & { readonly script?: Script } = {}): Shop {
  const clock = createSimulatedClock(OPENS_AT);
  const electrum = createScriptedElectrum(clock, script);
  const outbox = watchedOutbox(createMemoryOutbox());
  const events: RuntimeEvent[] = [];
  let minted = 0xa0000;

  async function settled<Value>(promise: PromiseLike<Value>): Promise<Value> {
    const outcome: { value?: { readonly it: Value } } = {};
    const waiting = (async () => {
      outcome.value = { it: await promise };
    })();
    for (let waitedMs = 0; waitedMs <= PATIENCE_MS && outcome.value === undefined; waitedMs += STEP_MS) {
      await clock.advance(waitedMs === 0 ? 0 : STEP_MS);
    }
    if (outcome.value === undefined) throw new Error("it did not settle in time");
    await waiting;
    return outcome.value.it;
  }

  const done = async <Value, Failure>(call: ResultAsync<Value, Failure>): Promise<Value> =>
    valueOf(await settled(call));

  return {
    clock,
    electrum,
    outbox,
    events,
    open: async (options) => {
      const world = mortal({ electrum, outbox, clock });
      const till = await startTill({
        policy: policyOf(policy),
        observe: (event) => {
          events.push(event);
        },
        newId: () => uuid((minted += 1)),
        ...world,
        ...options,
      });
      return { ...till, kill: world.kill };
    },
    settled,
    done,
    failed: async (call) => errorOf(await settled(call)),
    stored: async (id) => {
      const record = await done(outbox.load(id));
      if (record === undefined) throw new Error("it is not stored");
      return valueOf(readRecord(record)).transaction;
    },
    operations: () => electrum.sent.map(({ operation }) => operation),
  };
}
