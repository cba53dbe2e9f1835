import type { Electrum, Outbox } from "@electrum-vouchers/core/ports";
import type { Clock } from "@electrum-vouchers/runtime";
import { ResultAsync } from "neverthrow";
import type { FaultKind } from "./faults.ts";
import { createFaultyOutbox } from "./faulty-outbox.ts";
import { forEver, type Life } from "./life.ts";
import type { Network } from "./network.ts";
import { goesWrong, type Stage } from "./stage.ts";
import type { Store } from "./store.ts";
import { idOf } from "./sends.ts";
import type { Watch } from "./watch.ts";

/** What surrounds the till processes of a run. */
export interface Surroundings {
  readonly stage: Stage;
  readonly store: Store;
  readonly network: Network;
  readonly watch: Watch;
  readonly fit: Fit;
}

/** How the ports of each process are fitted: as they are, or with a defect that the search is to find. */
export type Fit = (ports: Ports) => Ports;

/** The ports of one till process. Each call may be its last. */
export interface Ports {
  readonly electrum: Electrum;
  readonly outbox: Outbox;
  readonly clock: Clock;
}

interface CrashPoint {
  readonly before: FaultKind;
  readonly after: FaultKind;
}

const atCommit: CrashPoint = { before: "crash before a commit", after: "crash after a commit" };
const atSend: CrashPoint = { before: "crash before a send", after: "crash after a send" };
const elsewhere: CrashPoint = { before: "crash at another call of a port", after: "crash at another call of a port" };

export function createPorts(
  { stage, store, network, watch }: Surroundings,
  life: Life,
  crash: (kind: FaultKind) => void,
): Ports {
  const { clock, scenario, trace } = stage;

  async function through<Value>({ before, after }: CrashPoint, work: () => PromiseLike<Value>): Promise<Value> {
    dieBy(before);
    if (life.isOver()) return forEver();
    const value = await work();
    dieBy(after);
    return life.isOver() ? forEver() : value;
  }

  function dieBy(kind: FaultKind): void {
    if (!life.isOver() && goesWrong(stage, scenario.rates.crashPoint)) crash(kind);
  }

  const faulty = createFaultyOutbox(stage, store, watch, life);
  return {
    outbox: {
      commit: (change) => new ResultAsync(through(atCommit, () => faulty.commit(change))),
      load: (id) => new ResultAsync(through(elsewhere, () => faulty.load(id))),
      claim: (request) => new ResultAsync(through(elsewhere, () => faulty.claim(request))),
      postpone: (postponement) => new ResultAsync(through(elsewhere, () => faulty.postpone(postponement))),
      release: (release) => new ResultAsync(through(elsewhere, () => faulty.release(release))),
      close: () => faulty.close(),
    },
    electrum: {
      send: (outgoing, deadlineAt) =>
        new ResultAsync(
          through(atSend, async () => {
            const hears = watch.sends(outgoing, deadlineAt, life);
            const id = idOf(outgoing);
            const called = id === undefined ? "a customer" : trace.nameOf(id);
            const answer = await network.send(outgoing, deadlineAt - life.now(), called);
            hears(answer.isOk());
            return answer;
          }),
        ),
      close: () => undefined,
    },
    clock: {
      now: life.now,
      monotonicMs: clock.monotonicMs,
      sleep: (ms, signal) => life.outlive(clock.sleep(ms, signal)),
    },
  };
}
