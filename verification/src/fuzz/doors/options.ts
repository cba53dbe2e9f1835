import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createElectrumHttp, type ElectrumHttpOptions } from "@electrum-vouchers/adapter-http";
import { openSqliteOutbox, type SqliteOutboxOptions } from "@electrum-vouchers/adapter-sqlite-outbox";
import { defaultPolicy } from "@electrum-vouchers/core";
import { startTill, type TillOptions } from "@electrum-vouchers/runtime";
import { type SimulatorOptions, startSimulator } from "@electrum-vouchers/simulator";
import { createMemoryOutbox, createScriptedElectrum, createSimulatedClock } from "@electrum-vouchers/testkit";
import { withTemporaryFolder } from "../../disk/temporary-folder.ts";
import type { Random } from "../../random.ts";
import { type Violations, violationUnless } from "../system-under-test.ts";

// The options of every factory. A factory takes them, or names every one that is wrong, at once and without its value, and has begun nothing.

/** What a factory makes of options: what ends it, or the faults that it names. Anything that it throws besides is a violation. */
interface Factory {
  readonly genuine: (folder: string) => Readonly<Record<string, unknown>>;
  readonly create: (options: AnyOptions) => Promise<Made>;
}

type Made = { readonly end: () => Promise<unknown> } | { readonly faults: readonly unknown[] };

/** A caller without types gives anything to any of them. */
type AnyOptions = ElectrumHttpOptions & SqliteOutboxOptions & TillOptions & SimulatorOptions;

/** It stands in wrong values, and in no fault. */
const SECRET = "hunter2-4111";

/** None of them is right for any option. */
const wrongValues: readonly (() => unknown)[] = [
  () => Symbol(SECRET),
  () => 10n,
  () => Number.NaN,
  () => 0.5,
  () => ({ unknown: SECRET }),
  () => [[SECRET]],
  () => new Proxy({ unknown: SECRET }, {}),
];

const unknownNames = ["__proto__", "constructor", "toJSON", "retires", "Policy", " path", ""];

type FactoryName = "electrum" | "outbox" | "till" | "simulator";

const factories: Readonly<Record<FactoryName, Factory>> = {
  electrum: {
    genuine: () => ({
      baseUrl: "http://127.0.0.1:9/suv/v1",
      authorization: () => ({}),
      maxBodyBytes: 1_000,
      now: () => 0,
      transport: "ky",
      fetch: globalThis.fetch,
    }),
    create: async (options) =>
      createElectrumHttp(options).match(
        (electrum): Made => ({ end: async () => electrum.close() }),
        (faults) => ({ faults }),
      ),
  },
  outbox: {
    genuine: (folder) => ({
      path: join(folder, "till.db"),
      mustExist: false,
      allowSharedAccess: false,
      busyTimeoutMs: 10,
      bootClock: { boot: 1, readMs: () => 0 },
      onCommit: () => {},
    }),
    create: async (options) =>
      openSqliteOutbox(options).match(
        (outbox): Made => ({ end: async () => outbox.close() }),
        (error) => ({ faults: error.type === "options" ? error.faults : [{ path: error.type }] }),
      ),
  },
  till: {
    genuine: () => ({
      electrum: createScriptedElectrum(createSimulatedClock(0)),
      outbox: createMemoryOutbox(),
      policy: defaultPolicy,
      onEvent: () => {},
      clients: ["shop"],
      forwarding: { concurrency: 2 },
      retention: {},
      takeoverGraceMs: 1,
      stopTimeoutMs: 1,
      cardNumbersInText: "mask",
      clock: createSimulatedClock(0),
      newId: () => "00000000-0000-4000-8000-000000000000",
    }),
    create: (options) => startTill(options).then((till): Made => ({ end: () => till.stop() }), faultsOfError),
  },
  simulator: {
    genuine: () => ({
      port: 0,
      host: "127.0.0.1",
      allowHosts: ["localhost"],
      faults: {},
      forwardRepeatMs: 10,
      seed: 1,
      singleMessagingUsers: ["shop"],
      remembersReversals: true,
      upstreamDeadlineMs: 10,
      maxTransactions: 10,
      maxHistory: 10,
      onChange: () => {},
    }),
    create: (options) =>
      startSimulator(options).then((simulator): Made => ({ end: () => simulator.stop() }), faultsOfError),
  },
};

function faultsOfError(error: unknown): Made {
  if (!(error instanceof TypeError) || !("faults" in error) || !Array.isArray(error.faults)) throw error;
  const faults: readonly unknown[] = error.faults;
  return { faults: [...faults, { path: error.message }] };
}

const isAnyOptions = (_options: unknown): _options is AnyOptions => true;

/** Gives a factory its options with some of them wrong, unknown or read twice. */
export const checkOptions = (random: Random): Promise<Violations> =>
  withTemporaryFolder(async (folder) => {
    const factory = random.pick(Object.values(factories));
    const options: Record<string, unknown> = { ...factory.genuine(folder) };
    const names = Object.keys(options);
    const wrong = new Set(Array.from({ length: random.below(4) }, () => random.pick(names)));
    for (const name of names) {
      const value = wrong.has(name) ? random.pick(wrongValues)() : options[name];
      if (random.chance(0.3)) readOnce(options, name, value);
      else options[name] = value;
    }
    if (random.chance(0.2)) wrong.add(addUnknown(options, random.pick(unknownNames)));
    const given: unknown = random.chance(0.1) ? new Proxy(options, {}) : options;
    if (!isAnyOptions(given)) throw new TypeError("a caller without types gives anything");
    const made = await factory.create(given);
    if ("end" in made) {
      await made.end();
      return violationUnless(wrong.size === 0, `wrong options are taken: ${[...wrong].join()}`);
    }
    const named = made.faults.map(nameIn);
    const isNamed = (name: string) => named.some((each) => each.split(/[.[]/)[0] === name);
    return [
      ...violationUnless(wrong.size > 0, `right options are refused: ${named.join()}`),
      ...violationUnless(
        [...wrong].every(isNamed),
        `not every fault is named: ${[...wrong].join()} in ${named.join()}`,
      ),
      ...violationUnless(!JSON.stringify(made.faults).includes(SECRET), "a fault repeats a value"),
      ...violationUnless(readdirSync(folder).length === 0, "a file was made for wrong options"),
    ];
  });

/** The option that a fault is of: the simulator, which is like Electrum, says `field`. */
const nameIn = (fault: unknown): string =>
  typeof fault === "object" && fault !== null ? String(Reflect.get(fault, "path") ?? Reflect.get(fault, "field")) : "";

/** Another value at the second read. */
function readOnce(options: object, name: string, value: unknown): void {
  let reads = 0;
  Reflect.defineProperty(options, name, { get: () => ((reads += 1) === 1 ? value : SECRET), enumerable: true });
}

function addUnknown(options: object, name: string): string {
  Reflect.defineProperty(options, name, { value: SECRET, enumerable: true });
  return name;
}
