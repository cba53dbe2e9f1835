import { type Command, type Fact, needsAttention, type Transaction, type Uuid, wake } from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import type { Clock } from "./clock.ts";
import { commitTo, type Hands, type Stepped } from "./drive.ts";
import type { Observer, RuntimeEvent } from "./events.ts";
import type { Send } from "./send.ts";

export interface HandsOptions {
  readonly outbox: Pick<Outbox, "commit" | "load">;
  readonly clock: Clock;
  readonly send: Send;
  readonly newId: () => Uuid;
  readonly observe: Observer;
  /** Whether to wait for the next attempt's time: a customer does; a recovery leaves it to the timers. */
  readonly waits: boolean;
  /** Aborts once the till stops: what waits is left to a later process. */
  readonly stopping: AbortSignal;
  /** An advice was queued, for the forwarder. */
  adviceQueued(): void;
  /** A moment was set at which something is due, for the timers. */
  timerSet(): void;
  /** Electrum has answered a request, so it is there. */
  electrumAnswered(): void;
}

/** The hands of the runtime: each command carried out over the ports. */
export function createHands(options: HandsOptions): Hands {
  const { outbox, clock, stopping } = options;
  return {
    commit: (change) => commitTo(outbox, change, options.newId()),
    perform,
    stepped: (step) => options.observe(stepEvent(step, clock)),
  };

  async function perform(command: Command, { id }: Transaction): Promise<Fact | undefined> {
    switch (command.type) {
      case "queueAdvice":
        options.adviceQueued();
        return undefined;
      case "sendRequest": {
        const { attempt, request, deadlineAt } = command;
        const answer = await options.send({ id, attempt, outgoing: request, deadlineAt });
        if (answer.isOk()) options.electrumAnswered();
        const at = clock.now();
        return answer.match<Fact>(
          (complete) => ({ type: "reply", attempt, ...complete, at }),
          ({ cause }) => ({ type: "silence", attempt, cause, at }),
        );
      }
      case "wakeAt": {
        const waitMs = command.at - clock.now();
        if (waitMs > 0) {
          const isNextAttempt = command.timer === "retry" || command.timer === "lookup";
          if (!isNextAttempt || !options.waits) {
            options.timerSet();
            return undefined;
          }
          await clock.sleep(waitMs, stopping);
        }
        return stopping.aborted ? undefined : wake(command, clock.now());
      }
    }
  }
}

const stepEvent = ({ transaction, version, before, entry }: Stepped, clock: Clock): RuntimeEvent => ({
  type: "step",
  id: transaction.id,
  kind: transaction.kind,
  version,
  ...(before === undefined ? {} : { from: before.state }),
  to: transaction.state,
  because: entry.type === "fact" ? entry.fact.type : entry.type === "intent" ? entry.intent.type : "start",
  attention: needsAttention(transaction),
  at: clock.now(),
});
