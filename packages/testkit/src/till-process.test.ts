import type { OutgoingMessage } from "@electrum-vouchers/core";
import type { ResultAsync } from "neverthrow";
import { expect, test } from "vitest";
import { createChange } from "./conformance/fixtures.ts";
import { createMemoryOutbox } from "./memory-outbox.ts";
import { provisionRequest, uuid } from "./messages/requests.ts";
import { createScriptedElectrum } from "./scripted-electrum.ts";
import { createSimulatedClock } from "./simulated-clock.ts";
import { killablePorts, startTillProcess, type TillPorts, type TillProcess } from "./till-process.ts";
import { unwrapAsync } from "./unwrap.ts";

const sale: OutgoingMessage = { operation: "provisionVoucher", message: provisionRequest() };

function startProcess(): { readonly inside: TillPorts; readonly outside: TillPorts; readonly till: TillProcess } {
  const clock = createSimulatedClock(0);
  const outside = { clock, electrum: createScriptedElectrum(clock), outbox: createMemoryOutbox() };
  const till = startTillProcess("a till", clock.now);
  return { inside: killablePorts(outside, till), outside, till };
}

/** Whether it has settled by the next turn of the event loop. */
async function isSettled(work: PromiseLike<unknown> | ResultAsync<unknown, unknown>): Promise<boolean> {
  let settled = false;
  const settling = async (): Promise<void> => {
    await work;
    settled = true;
  };
  void settling();
  await new Promise((resolve) => void setImmediate(resolve));
  return settled;
}

test("while it lives, its ports are those it was given", async () => {
  const { inside, outside } = startProcess();

  await unwrapAsync(inside.outbox.commit(createChange(1)));

  expect((await outside.outbox.load(uuid(1)))._unsafeUnwrap()).toMatchObject({ version: 1 });
  expect((await inside.electrum.send(sale, 1_000)).isOk()).toBe(true);
});

test("a dead process starts no call, and none comes back", async () => {
  const { inside, outside, till } = startProcess();
  till.kill();

  const calls = [
    inside.outbox.commit(createChange(1)),
    inside.outbox.load(uuid(1)),
    inside.electrum.send(sale, 1_000),
    inside.clock.sleep(0),
  ];

  expect(await Promise.all(calls.map(isSettled))).toEqual([false, false, false, false]);
  expect((await outside.outbox.load(uuid(1)))._unsafeUnwrap()).toBeUndefined();
  expect(till.isDead()).toBe(true);
  expect(await isSettled(till.died)).toBe(true);
});

test("a call that is under way when it dies takes effect, and does not come back", async () => {
  const { inside, outside, till } = startProcess();

  const commit = inside.outbox.commit(createChange(1));
  till.kill();

  expect(await isSettled(commit)).toBe(false);
  expect((await outside.outbox.load(uuid(1)))._unsafeUnwrap()).toMatchObject({ version: 1 });
});
