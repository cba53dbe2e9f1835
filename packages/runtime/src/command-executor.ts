import {
  type Command,
  type Fact,
  type Instant,
  needsAttention,
  timerFact,
  type Transaction,
} from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import type { Clock } from "./clock.ts";
import { agreedTime } from "./engine/transaction-time.ts";
import { type ExecutionMode, planFor } from "./engine/plan.ts";
import type { CommittedStep, EnginePorts } from "./engine/run-transaction.ts";
import { eventLabelsOf } from "./event-labels.ts";
import type { EventListener, RuntimeEvent } from "./events.ts";
import type { Send } from "./send.ts";

export interface CommandExecutorOptions {
  readonly outbox: Pick<Outbox, "commit">;
  readonly clock: Clock;
  readonly send: Send;
  readonly onEvent: EventListener;
  readonly mode: ExecutionMode;
  /** Aborts when the till stops. What waits then is left to a later process. */
  readonly stopping: AbortSignal;
  /** Called when an advice was queued, for the forwarder. */
  onAdviceQueued(): void;
  /** Called when a timer was stored, for the recovery. */
  onTimerSet(): void;
  /** Called for every step once it is durable. */
  onCommitted(step: CommittedStep): void;
}

/** Executes the engine's commands over the ports, as `planFor` says. */
export function createCommandExecutor(options: CommandExecutorOptions): EnginePorts {
  const { outbox, clock, mode, stopping } = options;

  async function send(
    transaction: Transaction,
    { attempt, request, deadlineAt }: Extract<Command, { type: "sendRequest" }>,
    timer: Timer,
  ): Promise<Fact> {
    const labels = eventLabelsOf(transaction);
    const { client } = labels;
    const { id } = transaction;
    const sent = await options.send({
      id,
      attempt,
      message: request,
      deadlineAt: clock.now() + deadlineAt - timer.now(),
      labels,
      ...(client === undefined ? {} : { client }),
    });
    const at = timer.now();
    return sent.match<Fact>(
      (response) => ({ type: "response", attempt, ...response, at }),
      ({ cause }) => ({ type: "noResponse", attempt, cause, at }),
    );
  }

  async function execute(command: Command, transaction: Transaction, at: Instant): Promise<Fact | undefined> {
    const timer = startTimer(clock, at);
    const plan = planFor(command, timer.now(), mode);
    switch (plan.type) {
      case "send":
        return send(transaction, plan.command, timer);
      case "wait":
        if (plan.waitMs > 0) await clock.sleep(plan.waitMs, stopping);
        return stopping.aborted ? undefined : timerFact(plan.command, timer.now());
      case "leaveToForwarder":
        options.onAdviceQueued();
        return undefined;
      case "leaveToRecovery":
        options.onTimerSet();
        return undefined;
    }
  }

  return {
    commit: (change) => outbox.commit(change),
    execute,
    monotonicMs: () => clock.monotonicMs(),
    onCommitted: (step) => {
      options.onCommitted(step);
      options.onEvent(toStepEvent(step, clock));
    },
  };
}

/** The time as a transaction counts it, from the time of its last step on. */
interface Timer {
  now(): Instant;
}

/** Counts by the monotonic clock, so that no response comes too late, and no wait ends, because the wall clock was set. */
function startTimer(clock: Clock, at: Instant): Timer {
  const startedAt = agreedTime(at, clock.now());
  const startedMs = clock.monotonicMs();
  return { now: () => agreedTime(startedAt + Math.round(clock.monotonicMs() - startedMs), clock.now()) };
}

const toStepEvent = ({ transaction, version, before, entry }: CommittedStep, clock: Clock): RuntimeEvent => ({
  type: "step",
  id: transaction.id,
  kind: transaction.kind,
  version,
  ...(before === undefined ? {} : { from: before.state }),
  to: transaction.state,
  cause: entry.type === "fact" ? entry.fact.type : entry.type === "intent" ? entry.intent.type : "start",
  needsAttention: needsAttention(transaction),
  ...eventLabelsOf(transaction),
  at: clock.now(),
});
