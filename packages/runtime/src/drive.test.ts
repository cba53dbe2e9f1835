import { randomUUID } from "node:crypto";
import type { Command, Fact, Intent, Policy } from "@electrum-vouchers/core";
import { createMemoryOutbox } from "@electrum-vouchers/testkit";
import type { Result } from "neverthrow";
import { describe, expect, test } from "vitest";
import { policyOf, provisionRequest, success, tenders, uuid } from "../test/messages.ts";
import { errorOf, valueOf } from "../test/outcome.ts";
import { type OutboxFaults, type WatchedOutbox, watchedOutbox } from "../test/watched-outbox.ts";
import {
  commitTo,
  decided,
  drive,
  type DriveError,
  type Hands,
  observed,
  type Progress,
  resumed,
  started,
  type Versioned,
} from "./drive.ts";

const AT = 1_000;

describe("commit, then act", () => {
  test("given a sale that takes retries and a reversal, then no command is performed before its step is durable", async () => {
    const bench = createBench((command) => {
      switch (command.type) {
        case "sendRequest":
          return silence(command.attempt);
        case "wakeAt":
          return { type: "timer", timer: "retry", attempt: command.attempt, at: command.at };
        case "queueAdvice":
          return undefined;
      }
    });

    valueOf(await bench.drive(starting({ retries: 2 })));

    expect(bench.log).toEqual([
      "commit requesting",
      "durable requesting",
      "stepped to requesting, version 1",
      "perform sendRequest",
      "commit waitingToRetry",
      "durable waitingToRetry",
      "stepped to waitingToRetry, version 2",
      "perform wakeAt",
      "commit requesting",
      "durable requesting",
      "stepped to requesting, version 3",
      "perform sendRequest",
      "commit waitingToRetry",
      "durable waitingToRetry",
      "stepped to waitingToRetry, version 4",
      "perform wakeAt",
      "commit requesting",
      "durable requesting",
      "stepped to requesting, version 5",
      "perform sendRequest",
      "commit reversing",
      "durable reversing",
      "stepped to reversing, version 6",
      "perform queueAdvice",
    ]);
  });

  test("given an outbox that takes nothing, then nothing is performed", async () => {
    const bench = createBench();
    bench.outbox.fail(() => "unavailable");

    const error = errorOf(await bench.drive(starting()));

    expect(error.type).toBe("unavailable");
    expect(bench.log).toEqual(["commit requesting"]);
  });

  test("given a step that changes nothing, then nothing is committed", async () => {
    const bench = createBench();
    const current = valueOf(await bench.drive(starting()));

    const late: Fact = { type: "reply", attempt: 7, ...success(requestSent), at: AT };
    const after = valueOf(await bench.drive(observed(current, late)));

    expect(after).toEqual(current);
    expect(bench.outbox.count("commit")).toBe(1);
  });

  test("given a transaction that is only resumed, then nothing is committed, and its command performed", async () => {
    const bench = createBench();
    const current = valueOf(await bench.drive(starting()));

    const after = valueOf(await bench.drive(resumed(current, AT)));

    expect(after).toEqual(current);
    expect(bench.outbox.count("commit")).toBe(1);
    expect(bench.log.at(-1)).toBe("perform wakeAt");
  });
});

describe("another writer was first", () => {
  test("given a cancel that was committed while the request was under way, then its approval is reversed", async () => {
    const bench = createBench();
    const current = valueOf(await bench.drive(starting()));
    valueOf(await bench.drive(intending(current, { type: "cancel", at: AT + 1 })));

    const after = valueOf(await bench.drive(observed(current, approval)));

    expect(after).toMatchObject({ version: 3, transaction: { state: "reversing", decision: { by: "till" } } });
    expect(bench.log.at(-1)).toBe("perform queueAdvice");
  });

  test("given a confirm and a cancel from one version, then the second is refused and told who won, and when", async () => {
    const bench = createBench();
    const issued = valueOf(await bench.drive(observed(valueOf(await bench.drive(starting())), approval)));
    const confirm = intending(issued, { type: "confirm", tenders, at: AT + 2 });
    const cancel = intending(issued, { type: "cancel", at: AT + 3 });

    valueOf(await bench.drive(confirm));
    const error = errorOf(await bench.drive(cancel));

    expect(error).toMatchObject({
      type: "refused",
      refusal: { type: "alreadyDecided", decision: { outcome: "confirm", by: "till", at: AT + 2 } },
      winner: { version: 3, transaction: { state: "confirming" } },
    });
  });

  test("given that it was started before, then the start ends with what exists, and nothing is performed", async () => {
    const bench = createBench();
    valueOf(await bench.drive(starting()));
    const before = bench.log.length;

    const error = errorOf(await bench.drive(starting()));

    expect(error).toMatchObject({ type: "exists", winner: { version: 1, transaction: { state: "requesting" } } });
    expect(bench.log.slice(before)).toEqual(["commit requesting"]);
  });

  test("given that the record was removed, then the step is gone with it", async () => {
    const bench = createBench();
    const current = valueOf(await bench.drive(starting()));
    const elsewhere = createBench();

    expect(errorOf(await elsewhere.drive(observed(current, approval)))).toEqual({ type: "gone" });
  });

  test("given a winner that is damaged, then the step fails, and says so without showing the record", async () => {
    const bench = createBench();
    const current = valueOf(await bench.drive(starting()));
    const [stored] = valueOf(await bench.outbox.unwatched.list({ limit: 1 })).records;
    const record = stored?.record.replace("GAME100", "GAME101") ?? "";
    valueOf(await bench.outbox.commit({ ...changeTo(record), expectedVersion: 1 }));

    const error = errorOf(await bench.drive(observed(current, approval)));

    expect(error).toEqual({ type: "damaged", damage: { type: "damaged", what: "checksum" } });
  });
});

describe("an uncertain commit is resolved by loading", () => {
  test("given that it was written, then the transaction goes on", async () => {
    const bench = createBench(() => approval);
    bench.outbox.fail(firstCommit("uncertain"));

    const after = valueOf(await bench.drive(starting()));

    expect(after).toMatchObject({ version: 2, transaction: { state: "issued" } });
  });

  test("given that it was not written, then nothing is performed: it might be written yet", async () => {
    const bench = createBench();
    bench.outbox.fail(firstCommit("lost"));

    const error = errorOf(await bench.drive(starting()));

    expect(error.type).toBe("uncertain");
    expect(bench.log).toEqual(["commit requesting"]);
  });

  test("given that another step was written instead, then it is tried again on that one", async () => {
    const bench = createBench();
    const current = valueOf(await bench.drive(starting()));
    valueOf(await bench.drive(intending(current, { type: "cancel", at: AT + 1 })));
    bench.outbox.fail(firstCommit("lost"));

    const after = valueOf(await bench.drive(observed(current, approval)));

    expect(after.transaction.state).toBe("reversing");
  });

  // Found by the simulation: the deadline of a request may be the customer's patience, and so the same whoever asks, and when.
  test("given that another worker stored the very same, then that one sends the request, and nobody else", async () => {
    const bench = createBench();
    const other = valueOf(await bench.drive(starting()));
    bench.outbox.fail(firstCommit("lost"));

    const error = errorOf(await bench.drive(starting()));

    expect(error).toEqual({ type: "exists", winner: other });
    expect(bench.log.filter((line) => line.startsWith("perform"))).toEqual(["perform sendRequest"]);
  });

  test("given that it was written and another step after it, then it is not applied twice", async () => {
    const bench = createBench();
    const current = valueOf(await bench.drive(starting()));
    const issued = valueOf(await bench.drive(observed(current, approval)));
    valueOf(await bench.drive(intending(issued, { type: "confirm", tenders, at: AT + 2 })));
    bench.outbox.fail(firstCommit("lost"));

    const after = valueOf(await bench.drive(observed(current, approval)));

    expect(after).toMatchObject({ version: 3, transaction: { state: "confirming" } });
  });

  test("given that loading fails as well, then it stays uncertain", async () => {
    const bench = createBench();
    bench.outbox.fail((call) => (call === "commit" ? "uncertain" : "unavailable"));

    expect(errorOf(await bench.drive(starting())).type).toBe("uncertain");
  });
});

const requestSent = { operation: "provisionVoucher", message: provisionRequest() } as const;

const approval: Fact = { type: "reply", attempt: 0, ...success(requestSent), at: AT + 1 };

const silence = (attempt: number): Fact => ({ type: "silence", attempt, cause: "deadline", at: AT + 1 });

const firstCommit =
  (fault: "uncertain" | "lost"): OutboxFaults =>
  (call, nth) =>
    call === "commit" && nth === 0 ? fault : undefined;

function starting(choices: Partial<Policy> = {}): Progress {
  const policy = policyOf(choices);
  const start = { request: provisionRequest(), confirmationId: uuid(2), reversalId: uuid(3), policy, at: AT };
  return valueOf(started({ type: "provisionStarted", start }));
}

const intending = (current: Versioned, intent: Intent): Progress => valueOf(decided(current, intent));

const changeTo = (record: string) => ({
  id: uuid(1),
  kind: "provision" as const,
  state: "requesting",
  final: false,
  attention: false,
  record,
  entry: "",
  at: AT,
});

interface Bench {
  readonly outbox: WatchedOutbox;
  /** What was done, in order. */
  readonly log: readonly string[];
  drive(progress: Progress): Promise<Result<Versioned, DriveError>>;
}

/** An outbox, and hands that write down what they do. */
function createBench(perform: (command: Command) => Fact | undefined = () => undefined): Bench {
  const outbox = watchedOutbox(createMemoryOutbox());
  const log: string[] = [];
  const hands: Hands = {
    commit: (change) => {
      log.push(`commit ${change.state}`);
      return commitTo(outbox, change, randomUUID()).andTee(() => log.push(`durable ${change.state}`));
    },
    perform: async (command) => {
      log.push(`perform ${command.type}`);
      return perform(command);
    },
    stepped: ({ transaction, version }) => {
      log.push(`stepped to ${transaction.state}, version ${version}`);
    },
  };
  return { outbox, log, drive: async (progress) => drive(progress, hands) };
}
