import { randomUUID } from "node:crypto";
import type { Command, Fact, Intent, Policy } from "@electrum-vouchers/core";
import {
  createMemoryOutbox,
  policyOf,
  provisionRequest,
  successResponse,
  tenders,
  unwrap,
  unwrapError,
  uuid,
} from "@electrum-vouchers/testkit";
import type { Result } from "neverthrow";
import { describe, expect, test } from "vitest";
import { type OutboxFaults, type WatchedOutbox, createWatchedOutbox } from "../../test/watched-outbox.ts";
import { runTransaction, type EngineError, type EnginePorts } from "./run-transaction.ts";
import { resolveUncertainCommits } from "../resolve-uncertain-commits.ts";
import {
  factStep,
  intentStep,
  type PendingStep,
  resumeStep,
  startStep,
  type VersionedTransaction,
} from "./stored-step.ts";

const AT = 1_000;

describe("commit, then act", () => {
  test("given a sale that takes retries and a reversal, then no command is performed before its step is durable", async () => {
    const bench = createBench((command) => {
      switch (command.type) {
        case "sendRequest":
          return noResponse(command.attempt);
        case "wakeAt":
          return { type: "timer", timer: "retry", attempt: command.attempt, at: command.at };
        case "queueAdvice":
          return undefined;
      }
    });

    unwrap(await bench.drive(starting({ retries: 2 })));

    expect(bench.log).toEqual([
      "commit requesting",
      "durable requesting",
      "committed requesting, version 1",
      "execute sendRequest",
      "commit waitingToRetry",
      "durable waitingToRetry",
      "committed waitingToRetry, version 2",
      "execute wakeAt",
      "commit requesting",
      "durable requesting",
      "committed requesting, version 3",
      "execute sendRequest",
      "commit waitingToRetry",
      "durable waitingToRetry",
      "committed waitingToRetry, version 4",
      "execute wakeAt",
      "commit requesting",
      "durable requesting",
      "committed requesting, version 5",
      "execute sendRequest",
      "commit reversing",
      "durable reversing",
      "committed reversing, version 6",
      "execute queueAdvice",
    ]);
  });

  test("given an outbox that takes nothing, then nothing is performed", async () => {
    const bench = createBench();
    bench.outbox.fail(() => "unavailable");

    const error = unwrapError(await bench.drive(starting()));

    expect(error.type).toBe("unavailable");
    expect(bench.log).toEqual(["commit requesting"]);
  });

  test("given a step that changes nothing, then nothing is committed", async () => {
    const bench = createBench();
    const current = unwrap(await bench.drive(starting()));

    const late: Fact = { type: "response", attempt: 7, ...successResponse(requestSent), at: AT };
    const after = unwrap(await bench.drive(factStep(current, late)));

    expect(after).toEqual(current);
    expect(bench.outbox.count("commit")).toBe(1);
  });

  test("given a transaction that is only resumed, then nothing is committed, and its command performed", async () => {
    const bench = createBench();
    const current = unwrap(await bench.drive(starting()));

    const after = unwrap(await bench.drive(resumeStep(current, AT)));

    expect(after).toEqual(current);
    expect(bench.outbox.count("commit")).toBe(1);
    expect(bench.log.at(-1)).toBe("execute wakeAt");
  });
});

describe("another writer was first", () => {
  test("given a cancel that was committed while the request was under way, then its approval is reversed", async () => {
    const bench = createBench();
    const current = unwrap(await bench.drive(starting()));
    unwrap(await bench.drive(intending(current, { type: "cancel", at: AT + 1 })));

    const after = unwrap(await bench.drive(factStep(current, approval)));

    expect(after).toMatchObject({ version: 3, transaction: { state: "reversing", decision: { by: "till" } } });
    expect(bench.log.at(-1)).toBe("execute queueAdvice");
  });

  test("given a confirm and a cancel from one version, then the second is refused and told who won, and when", async () => {
    const bench = createBench();
    const issued = unwrap(await bench.drive(factStep(unwrap(await bench.drive(starting())), approval)));
    const confirm = intending(issued, { type: "confirm", tenders, at: AT + 2 });
    const cancel = intending(issued, { type: "cancel", at: AT + 3 });

    unwrap(await bench.drive(confirm));
    const error = unwrapError(await bench.drive(cancel));

    expect(error).toMatchObject({
      type: "refused",
      refusal: { type: "alreadyDecided", decision: { outcome: "confirm", by: "till", at: AT + 2 } },
      winner: { version: 3, transaction: { state: "confirming" } },
    });
  });

  test("given that it was started before, then the start ends with what exists, and nothing is performed", async () => {
    const bench = createBench();
    unwrap(await bench.drive(starting()));
    const before = bench.log.length;

    const error = unwrapError(await bench.drive(starting()));

    expect(error).toMatchObject({ type: "exists", winner: { version: 1, transaction: { state: "requesting" } } });
    expect(bench.log.slice(before)).toEqual(["commit requesting"]);
  });

  test("given that the record was removed, then the step is gone with it", async () => {
    const bench = createBench();
    const current = unwrap(await bench.drive(starting()));
    const elsewhere = createBench();

    expect(unwrapError(await elsewhere.drive(factStep(current, approval)))).toEqual({ type: "gone" });
  });

  test("given a winner that is damaged, then the step fails, and says so without showing the record", async () => {
    const bench = createBench();
    const current = unwrap(await bench.drive(starting()));
    const [stored] = unwrap(await bench.outbox.unwatched.list({ limit: 1 })).records;
    const record = stored?.record.replace("GAME100", "GAME101") ?? "";
    unwrap(await bench.outbox.commit({ ...changeTo(record), expectedVersion: 1 }));

    const error = unwrapError(await bench.drive(factStep(current, approval)));

    expect(error).toEqual({ type: "damaged", damage: { type: "damaged", fault: "checksum" } });
  });
});

describe("an uncertain commit is resolved by loading", () => {
  test("given that it was written, then the transaction goes on", async () => {
    const bench = createBench(() => approval);
    bench.outbox.fail(firstCommit("uncertain"));

    const after = unwrap(await bench.drive(starting()));

    expect(after).toMatchObject({ version: 2, transaction: { state: "issued" } });
  });

  test("given that it was not written, then nothing is performed: it might be written yet", async () => {
    const bench = createBench();
    bench.outbox.fail(firstCommit("lost"));

    const error = unwrapError(await bench.drive(starting()));

    expect(error.type).toBe("uncertain");
    expect(bench.log).toEqual(["commit requesting"]);
  });

  test("given that another step was written instead, then it is tried again on that one", async () => {
    const bench = createBench();
    const current = unwrap(await bench.drive(starting()));
    unwrap(await bench.drive(intending(current, { type: "cancel", at: AT + 1 })));
    bench.outbox.fail(firstCommit("lost"));

    const after = unwrap(await bench.drive(factStep(current, approval)));

    expect(after.transaction.state).toBe("reversing");
  });

  // Found by the simulation: the deadline of a request may be the customer's patience, and so the same whoever asks, and when.
  test("given that another worker stored the very same, then that one sends the request, and nobody else", async () => {
    const bench = createBench();
    const other = unwrap(await bench.drive(starting()));
    bench.outbox.fail(firstCommit("lost"));

    const error = unwrapError(await bench.drive(starting()));

    expect(error).toEqual({ type: "exists", winner: other });
    expect(bench.log.filter((line) => line.startsWith("execute"))).toEqual(["execute sendRequest"]);
  });

  test("given that it was written and another step after it, then it is not applied twice", async () => {
    const bench = createBench();
    const current = unwrap(await bench.drive(starting()));
    const issued = unwrap(await bench.drive(factStep(current, approval)));
    unwrap(await bench.drive(intending(issued, { type: "confirm", tenders, at: AT + 2 })));
    bench.outbox.fail(firstCommit("lost"));

    const after = unwrap(await bench.drive(factStep(current, approval)));

    expect(after).toMatchObject({ version: 3, transaction: { state: "confirming" } });
  });

  test("given that loading fails as well, then it stays uncertain", async () => {
    const bench = createBench();
    bench.outbox.fail((call) => (call === "commit" ? "uncertain" : "unavailable"));

    expect(unwrapError(await bench.drive(starting())).type).toBe("uncertain");
  });
});

const requestSent = { operation: "provisionVoucher", message: provisionRequest() } as const;

const approval: Fact = { type: "response", attempt: 0, ...successResponse(requestSent), at: AT + 1 };

const noResponse = (attempt: number): Fact => ({ type: "noResponse", attempt, cause: "deadline", at: AT + 1 });

const firstCommit =
  (fault: "uncertain" | "lost"): OutboxFaults =>
  (call, nth) =>
    call === "commit" && nth === 0 ? fault : undefined;

function starting(choices: Partial<Policy> = {}): PendingStep {
  const policy = policyOf(choices);
  const start = { request: provisionRequest(), confirmationId: uuid(2), reversalId: uuid(3), policy, at: AT };
  return unwrap(startStep({ type: "provisionStarted", start }));
}

const intending = (current: VersionedTransaction, intent: Intent): PendingStep => unwrap(intentStep(current, intent));

const changeTo = (record: string) => ({
  id: uuid(1),
  kind: "provision" as const,
  state: "requesting",
  final: false,
  needsAttention: false,
  record,
  entry: "",
  at: AT,
});

interface Bench {
  readonly outbox: WatchedOutbox;
  /** What was done, in order. */
  readonly log: readonly string[];
  drive(progress: PendingStep): Promise<Result<VersionedTransaction, EngineError>>;
}

/** An outbox, and hands that write down what they do. */
function createBench(perform: (command: Command) => Fact | undefined = () => undefined): Bench {
  const outbox = createWatchedOutbox(createMemoryOutbox());
  const log: string[] = [];
  const enginePorts: EnginePorts = {
    commit: (change) => {
      log.push(`commit ${change.state}`);
      return resolveUncertainCommits(outbox, randomUUID)
        .commit(change)
        .andTee(() => log.push(`durable ${change.state}`));
    },
    execute: async (command) => {
      log.push(`execute ${command.type}`);
      return perform(command);
    },
    onCommitted: ({ transaction, version }) => {
      log.push(`committed ${transaction.state}, version ${version}`);
    },
  };
  return { outbox, log, drive: async (progress) => runTransaction(progress, enginePorts) };
}
