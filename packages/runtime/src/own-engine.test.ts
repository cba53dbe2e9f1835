import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Advice, type Command, type Fact, type Instant, readAcknowledgement, wake } from "@electrum-vouchers/core";
import type { Electrum, Outbox } from "@electrum-vouchers/core/ports";
import { createMemoryOutbox, createSimulatedClock, type SimulatedClock } from "@electrum-vouchers/testkit";
import { commitTo, decided, drive, type Hands, type Progress, resumed, started } from "./drive.ts";
import { expect, test } from "vitest";
import { policyOf, provisionRequest, tenders, uuid } from "../test/messages.ts";
import { valueOf } from "../test/outcome.ts";
import { createPatience } from "../test/patience.ts";
import { createScriptedElectrum, never, unreachable } from "../test/scripted-electrum.ts";

// A team that has a workflow engine needs neither the till nor its forwarder: the engine's activities send, its timers wait,
// its retries repeat, and `drive` says what comes next. Each workflow is one transaction, from a decision to its end.

/** What such an engine offers. */
interface Engine {
  /** A durable timer. */
  sleepUntil(at: Instant): Promise<Instant>;
  now(): Instant;
}

/** The hands of the engine: everything is done within the workflow, so every command gives the fact that comes of it. */
const handsOf = (engine: Engine, electrum: Electrum, outbox: Outbox): Hands => ({
  commit: (change) => commitTo(outbox, change, randomUUID()),
  perform: async (command) => perform(engine, electrum, command),
});

async function perform(engine: Engine, electrum: Electrum, command: Command): Promise<Fact | undefined> {
  switch (command.type) {
    case "sendRequest": {
      const { attempt, request, deadlineAt } = command;
      const answer = await electrum.send(request, deadlineAt);
      const at = engine.now();
      return answer.match<Fact>(
        (complete) => ({ type: "reply", attempt, ...complete, at }),
        ({ cause }) => ({ type: "silence", attempt, cause, at }),
      );
    }
    case "wakeAt":
      return wake(command, await engine.sleepUntil(command.at));
    case "queueAdvice":
      return deliver(engine, electrum, command.advice, command.notBefore);
  }
}

const REPEAT_AFTER_MS = 5_000;
const MOST_REPEATS = 1_000;

async function deliver(
  engine: Engine,
  electrum: Electrum,
  advice: Advice,
  notBefore: Instant,
): Promise<Fact | undefined> {
  let at = await engine.sleepUntil(notBefore);
  for (let repeats = 0; repeats < MOST_REPEATS; repeats += 1) {
    const answer = await electrum.send(advice, at + 60_000);
    const isAcknowledged = answer.map((complete) => readAcknowledgement(advice, complete).outcome === "acknowledged");
    if (answer.isOk() && isAcknowledged.unwrapOr(false)) {
      return { type: "adviceAnswered", adviceId: advice.message.id, ...answer.value, at: engine.now() };
    }
    at = await engine.sleepUntil(engine.now() + REPEAT_AFTER_MS);
  }
  return undefined;
}

function selling(at: Instant): Progress {
  const start = {
    request: provisionRequest(),
    confirmationId: uuid(2),
    reversalId: uuid(3),
    policy: policyOf({ retries: 1 }),
    at,
  };
  return valueOf(started({ type: "provisionStarted", start }));
}

const engineOn = (clock: SimulatedClock): Engine => ({
  now: () => clock.now(),
  sleepUntil: async (at) => {
    await clock.sleep(at - clock.now());
    return clock.now();
  },
});

test("given a workflow engine, then a sale runs through it to its end, over drive and the ports alone", async () => {
  const clock = createSimulatedClock(0);
  const { settled } = createPatience(clock);
  const outbox = createMemoryOutbox();
  const electrum = createScriptedElectrum(clock, ({ operation }, nth) => {
    if (operation === "provisionVoucher") return never;
    return operation === "confirmVoucher" && nth < 2 ? unreachable : undefined;
  });
  const hands = handsOf(engineOn(clock), electrum, outbox);

  const issued = valueOf(await settled(drive(selling(clock.now()), hands)));
  expect(issued.transaction.state).toBe("issued");
  const confirm = valueOf(decided(issued, { type: "confirm", tenders, at: clock.now() }));
  const sold = valueOf(await settled(drive(confirm, hands)));

  expect(sold.transaction.state).toBe("confirmed");
  expect(electrum.sent.map(({ operation }) => operation)).toEqual([
    "provisionVoucher",
    "retryProvisionVoucher",
    "confirmVoucher",
    "confirmVoucher",
    "confirmVoucher",
  ]);
});

test("given a workflow that is started anew in the midst of a sale, then it goes on from what is stored", async () => {
  const clock = createSimulatedClock(0);
  const { settled } = createPatience(clock);
  const outbox = createMemoryOutbox();
  const electrum = createScriptedElectrum(clock);
  const hands = handsOf(engineOn(clock), electrum, outbox);
  const dying: Hands = { ...hands, perform: async () => undefined };
  const requesting = valueOf(await settled(drive(selling(clock.now()), dying)));

  const issued = valueOf(await settled(drive(resumed(requesting, clock.now()), hands)));

  expect(issued.transaction.state).toBe("issued");
  expect(electrum.sent.map(({ operation, at }) => [operation, at >= 60_000])).toEqual([
    ["retryProvisionVoucher", true],
  ]);
});

test("drive imports the core, its Results, and nothing else", () => {
  const source = readFileSync(new URL("drive.ts", import.meta.url), "utf8");
  const imported = [...source.matchAll(/from "([^"]+)"/g)].map(([, name]) => name);

  expect(new Set(imported)).toEqual(
    new Set(["@electrum-vouchers/core", "@electrum-vouchers/core/ports", "neverthrow"]),
  );
});
