import { type ProviderName, providerNames } from "@electrum-vouchers/simulator";
import { startTill, type Till } from "@electrum-vouchers/runtime";
import { err, type Result, type ResultAsync } from "neverthrow";
import type { FaultKind } from "./faults.ts";
import { type Life, startLife } from "./life.ts";
import { drawUuid } from "./messages.ts";
import { createPorts, type Surroundings } from "./ports.ts";

/** A place where a till process runs, dies, and is started again under the same name. */
export interface Host {
  readonly name: string;
  /** Calls the till. `gone`: there is none, or it died before it answered. */
  call<Value, Failure>(work: (till: Till) => ResultAsync<Value, Failure>): Promise<Result<Value, Failure | Gone>>;
  /** The process ends at once, whatever it is at. Another starts after a while. */
  crash(kind: FaultKind): void;
  /** The till stops in good order, and its process ends. Another starts after a while. */
  restart(): Promise<void>;
  /** An operator looks after it: where it has halted, the credentials are right again. */
  lookAfter(): void;
}

export interface Gone {
  readonly type: "gone";
}

const gone: Gone = { type: "gone" };

/** How long it takes at most until a dead process is started again. */
const MAX_DOWN_MS = 30_000;

interface Process {
  readonly life: Life;
  /** Absent while it starts. */
  readonly till?: Till;
}

export function createHost(number: number, surroundings: Surroundings): Host {
  const { stage, watch } = surroundings;
  const { clock, random, trace, faults, scenario } = stage;
  const name = `till ${number}`;
  const aheadMs = scenario.skewMs * (number - 1);
  let process: Process | undefined;

  async function start(): Promise<void> {
    const life = startLife(name, () => clock.now() + aheadMs);
    process = { life };
    trace.add(name, "starts");
    const till = await life.outlive(startIn(surroundings, life, crash));
    process = { life, till };
  }

  /** Ends a process, if it has not ended yet, and has the next one started. */
  function end({ life }: Process, kind: FaultKind): void {
    if (life.isOver()) return;
    faults.happened(kind);
    trace.add(name, kind);
    life.end();
    process = undefined;
    watch.mind(clock.sleep(random.below(MAX_DOWN_MS)).then(start));
  }

  function crash(kind: FaultKind): void {
    if (process !== undefined) end(process, kind);
  }

  if (aheadMs !== 0) faults.happened("clock of a process differs");
  watch.mind(start());
  return {
    name,
    crash,
    call: async (work) => {
      const { life, till } = process ?? {};
      if (life === undefined || till === undefined) return err(gone);
      return Promise.race([life.outlive(work(till)), life.ended.then(() => err(gone))]);
    },
    restart: async () => {
      const stopped = process;
      if (stopped?.till === undefined) return;
      trace.add(name, "stops");
      await stopped.life.outlive(stopped.till.stop());
      end(stopped, "stop and start");
    },
    lookAfter: () => {
      const { till } = process ?? {};
      if (till?.forwarder.status() !== "halted") return;
      trace.add(name, "is told that the credentials are right");
      till.forwarder.resume();
    },
  };
}

const startIn = (surroundings: Surroundings, life: Life, crash: (kind: FaultKind) => void): Promise<Till> => {
  const { stage, watch, fit } = surroundings;
  const { policies } = stage.scenario;
  return startTill({
    ...fit(createPorts(surroundings, life, crash)),
    policy: (subject) =>
      policies[providerOf("provision" in subject ? subject.provision.receiver?.id : subject.lookup.receiverInstId)],
    observe: watch.told,
    worker: life.name,
    newId: () => drawUuid(stage.random),
    forwarding: { deadlineMs: 10_000 },
  });
};

/** Lookups bear the provider as a routing hint, so that the policy can be chosen by it. */
const providerOf = (id: string | undefined): ProviderName => providerNames.find((name) => name === id) ?? "ordinary";
