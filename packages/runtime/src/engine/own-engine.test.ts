import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import {
  type Advice,
  type Command,
  type Fact,
  type Instant,
  classifyAdviceResponse,
  timerFact,
} from "@electrum-vouchers/core";
import type { Electrum, Outbox } from "@electrum-vouchers/core/ports";
import {
  createMemoryOutbox,
  createScriptedElectrum,
  createSimulatedClock,
  createSimulatedWaits,
  never,
  policyOf,
  provisionRequest,
  type SimulatedClock,
  tenders,
  unreachable,
  unwrap,
  uuid,
} from "@electrum-vouchers/testkit";
import { runTransaction, type EnginePorts } from "./run-transaction.ts";
import { resolveUncertainCommits } from "../resolve-uncertain-commits.ts";
import { intentStep, type PendingStep, resumeStep, startStep } from "./stored-step.ts";
import { expect, test } from "vitest";

// A team that has a workflow engine needs neither the till nor its forwarder: the engine's activities send, its timers wait,
// its retries repeat, and `drive` says what comes next. Each workflow is one transaction, from a decision to its end.

/** What such an engine offers. */
interface Engine {
  /** A durable timer. */
  sleepUntil(at: Instant): Promise<Instant>;
  now(): Instant;
}

/** The hands of the engine: everything is done within the workflow, so every command gives the fact that comes of it. */
const handsOf = (engine: Engine, electrum: Electrum, outbox: Outbox): EnginePorts => ({
  commit: (change) => resolveUncertainCommits(outbox, randomUUID).commit(change),
  execute: async (command) => perform(engine, electrum, command),
});

async function perform(engine: Engine, electrum: Electrum, command: Command): Promise<Fact | undefined> {
  switch (command.type) {
    case "sendRequest": {
      const { attempt, request, deadlineAt } = command;
      const response = await electrum.send(request, deadlineAt);
      const at = engine.now();
      return response.match<Fact>(
        (complete) => ({ type: "response", attempt, ...complete, at }),
        ({ cause }) => ({ type: "noResponse", attempt, cause, at }),
      );
    }
    case "wakeAt":
      return timerFact(command, await engine.sleepUntil(command.at));
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
    const response = await electrum.send(advice, at + 60_000);
    const isAcknowledged = response.map(
      (complete) => classifyAdviceResponse(advice, complete).outcome === "acknowledged",
    );
    if (response.isOk() && isAcknowledged.unwrapOr(false)) {
      return { type: "adviceResponse", adviceId: advice.message.id, ...response.value, at: engine.now() };
    }
    at = await engine.sleepUntil(engine.now() + REPEAT_AFTER_MS);
  }
  return undefined;
}

function selling(at: Instant): PendingStep {
  const start = {
    request: provisionRequest(),
    confirmationId: uuid(2),
    reversalId: uuid(3),
    policy: policyOf({ retries: 1 }),
    at,
  };
  return unwrap(startStep({ type: "provisionStarted", start }));
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
  const { settled } = createSimulatedWaits(clock);
  const outbox = createMemoryOutbox();
  const electrum = createScriptedElectrum(clock, ({ operation }, nth) => {
    if (operation === "provisionVoucher") return never;
    return operation === "confirmVoucher" && nth < 2 ? unreachable : undefined;
  });
  const enginePorts = handsOf(engineOn(clock), electrum, outbox);

  const issued = unwrap(await settled(runTransaction(selling(clock.now()), enginePorts)));
  expect(issued.transaction.state).toBe("issued");
  const confirm = unwrap(intentStep(issued, { type: "confirm", tenders, at: clock.now() }));
  const sold = unwrap(await settled(runTransaction(confirm, enginePorts)));

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
  const { settled } = createSimulatedWaits(clock);
  const outbox = createMemoryOutbox();
  const electrum = createScriptedElectrum(clock);
  const enginePorts = handsOf(engineOn(clock), electrum, outbox);
  const dying: EnginePorts = { ...enginePorts, execute: async () => undefined };
  const requesting = unwrap(await settled(runTransaction(selling(clock.now()), dying)));

  const issued = unwrap(await settled(runTransaction(resumeStep(requesting, clock.now()), enginePorts)));

  expect(issued.transaction.state).toBe("issued");
  expect(electrum.sent.map(({ operation, at }) => [operation, at >= 60_000])).toEqual([
    ["retryProvisionVoucher", true],
  ]);
});

test("the engine imports the core, its Results, its own files, and nothing else", () => {
  const folder = new URL(".", import.meta.url);
  const sources = readdirSync(folder).filter((name) => !name.endsWith(".test.ts"));
  const imported = sources.flatMap((name) =>
    [...readFileSync(new URL(name, folder), "utf8").matchAll(/from "([^"]+)"/g)].map(([, from]) => from ?? ""),
  );

  expect(new Set(imported.filter((from) => !from.startsWith("./")))).toEqual(
    new Set([
      "@electrum-vouchers/core",
      "@electrum-vouchers/core/ports",
      "neverthrow",
      "../resolve-uncertain-commits.ts",
    ]),
  );
});
