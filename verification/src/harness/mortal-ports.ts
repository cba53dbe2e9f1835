import { type TillPorts, type TillProcess, waitForever } from "@electrum-vouchers/testkit";
import { ResultAsync } from "neverthrow";
import type { Oracle } from "../oracle/oracle.ts";

/** A call of a port, for example `commit confirming` of the outbox. */
export interface PortCall {
  readonly port: keyof TillPorts;
  readonly name: string;
}

/** Called at every point at which a process may die, while it lives. It dies there if this kills it. */
export type CrashPointVisitor = (moment: "before" | "after", call: PortCall) => void;

/**
 * Ports at each of whose calls the process may die: before the call, so that it has no effect; or after it, so that the process
 * does not learn of the effect. The oracle is told of every message.
 */
export function createMortalPorts(
  { electrum, outbox, clock }: TillPorts,
  { tillProcess, oracle }: { readonly tillProcess: TillProcess; readonly oracle: Oracle },
  visit: CrashPointVisitor,
): TillPorts {
  const { isDead } = tillProcess;

  async function call<Value>(portCall: PortCall, work: () => PromiseLike<Value>): Promise<Value> {
    if (!isDead()) visit("before", portCall);
    if (isDead()) return waitForever();
    const value = await work();
    if (!isDead()) visit("after", portCall);
    return isDead() ? waitForever() : value;
  }

  const callOutbox = <Value, Failure>(
    name: string,
    work: () => ResultAsync<Value, Failure>,
  ): ResultAsync<Value, Failure> => new ResultAsync(call({ port: "outbox", name }, work));

  return {
    electrum: {
      send: (outgoing, deadlineAt, client) =>
        new ResultAsync(
          call({ port: "electrum", name: `send ${outgoing.operation}` }, async () => {
            const onResult = oracle.recordSend(outgoing, deadlineAt, tillProcess);
            const response = await electrum.send(outgoing, deadlineAt, client);
            onResult(response.isOk() && !isDead());
            return response;
          }),
        ),
      credentialsNumber: (client) => electrum.credentialsNumber?.(client) ?? 0,
      close: () => undefined,
    },
    outbox: {
      commit: (change) => callOutbox(`commit ${change.state}`, () => outbox.commit(change)),
      load: (id) => callOutbox("load", () => outbox.load(id)),
      claim: (request) => callOutbox("claim", () => outbox.claim(request)),
      postpone: (postponement) => callOutbox("postpone", () => outbox.postpone(postponement)),
      advance: (request) => callOutbox("advance", () => outbox.advance(request)),
      release: (release) => callOutbox("release", () => outbox.release(release)),
      undelivered: (queue) => callOutbox("undelivered", () => outbox.undelivered(queue)),
      secret: () => callOutbox("secret", () => outbox.secret()),
      correctColumns: (query) => callOutbox("correctColumns", () => outbox.correctColumns(query)),
      findAhead: (request) => callOutbox("findAhead", () => outbox.findAhead(request)),
      watch: (listener) =>
        outbox.watch(() => {
          if (!isDead()) listener();
        }),
      close: () => callOutbox("close", () => outbox.close()),
    },
    clock: {
      now: clock.now,
      monotonicMs: clock.monotonicMs,
      sleep: (ms, signal) => call({ port: "clock", name: "sleep" }, () => clock.sleep(ms, signal)),
    },
  };
}
