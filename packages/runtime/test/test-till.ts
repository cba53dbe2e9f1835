import type { Instant, Policy, Transaction, Uuid } from "@electrum-vouchers/core";
import type { Change, Outbox } from "@electrum-vouchers/core/ports";
import {
  killablePorts,
  startTillProcess,
  createMemoryOutbox,
  createScriptedElectrum,
  createSimulatedClock,
  createSimulatedWaits,
  policyOf,
  type Script,
  type ScriptedElectrum,
  type SimulatedClock,
  type SimulatedWaits,
  unwrap,
  uuid,
} from "@electrum-vouchers/testkit";
import { readRecord } from "../src/engine/stored-step.ts";
import { type Alert, type RuntimeEvent, startTill, type Till, type TillOptions } from "../src/index.ts";
import { type WatchedOutbox, createWatchedOutbox } from "./watched-outbox.ts";

/** A till's process. */
export type KillableTill = Till & {
  /** It ends at once, in the midst of whatever it does. */
  kill(): void;
};

/** A testTill with one outbox, whose time moves only when told to. */
export interface TestTill extends Omit<SimulatedWaits, "until"> {
  readonly clock: SimulatedClock;
  readonly electrum: ScriptedElectrum;
  readonly outbox: WatchedOutbox;
  /** What the observers of all tills were told. */
  readonly events: readonly RuntimeEvent[];
  open(options?: Partial<TillOptions>): Promise<KillableTill>;
  /** Lets time pass until the transaction is stored in this state, and no longer. */
  until(id: Uuid, state: Transaction["state"]): Promise<void>;
  /** The transaction as it is stored. */
  stored(id: Uuid): Promise<Transaction>;
  /** Flips a digit in a stored record, as a failing disk would. */
  damage(id: Uuid): Promise<void>;
  /** The operations that were sent, in order. */
  operations(): readonly string[];
}

export const OPENS_AT: Instant = Date.parse("2026-03-01T08:00:00.000Z");

export function createTestTill({ script, ...policy }: Partial<Policy> & { readonly script?: Script } = {}): TestTill {
  const clock = createSimulatedClock(OPENS_AT);
  const electrum = createScriptedElectrum(clock, script);
  const outbox = createWatchedOutbox(createMemoryOutbox(() => clock.monotonicMs()));
  const events: RuntimeEvent[] = [];
  const { until, ...patience } = createSimulatedWaits(clock);
  let minted = 0xa0000;

  async function stored(id: Uuid): Promise<Transaction | undefined> {
    const record = unwrap(await outbox.unwatched.load(id));
    return record === undefined ? undefined : unwrap(readRecord(record)).transaction;
  }

  return {
    clock,
    electrum,
    outbox,
    events,
    ...patience,
    open: async (options) => {
      const tillProcess = startTillProcess("a till", clock.now);
      const own = outbox.connect();
      const till = await startTill({
        policy: policyOf(policy),
        onEvent: (event) => {
          events.push(event);
        },
        newId: () => uuid((minted += 1)),
        ...killablePorts({ electrum, outbox: own, clock }, tillProcess),
        ...options,
      });
      const kill = (): void => {
        tillProcess.kill();
        own.crash();
      };
      return { ...till, kill };
    },
    until: (id, state) => until(async () => (await stored(id))?.state === state),
    stored: async (id) => {
      const transaction = await stored(id);
      if (transaction === undefined) throw new Error("it is not stored");
      return transaction;
    },
    damage: (id) => damage(outbox.unwatched, id),
    operations: () => electrum.sent.map(({ operation }) => operation),
  };
}

async function damage(outbox: Outbox, id: Uuid): Promise<void> {
  const stored = unwrap(await outbox.load(id));
  if (stored === undefined) throw new Error("it is not stored");
  const { version, due, record } = stored;
  const change: Change = {
    id,
    expectedVersion: version,
    kind: "provision",
    state: "damaged",
    final: false,
    needsAttention: false,
    record: record.replace("GAME100", "GAME101"),
    entry: "",
    ...(due === undefined ? {} : { due }),
    at: OPENS_AT,
  };
  unwrap(await outbox.commit(change));
}

/** The alerts so far, of all reasons or of one. */
export const alertsOf = ({ events }: Pick<TestTill, "events">, reason?: Alert["reason"]): readonly Alert[] =>
  events.flatMap((event) =>
    event.type === "alert" && (reason === undefined || event.alert.reason === reason) ? [event.alert] : [],
  );

/** The reasons of the alerts so far. */
export const alertReasonsOf = (testTill: Pick<TestTill, "events">): readonly Alert["reason"][] =>
  alertsOf(testTill).map(({ reason }) => reason);
