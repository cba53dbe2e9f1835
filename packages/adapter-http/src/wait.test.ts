import { expect, test } from "vitest";
import { holdUp } from "../test/hold-up.ts";
import { startWait } from "./wait.ts";

test("given a process too busy for its timers, when the answer is complete after the time, then it did not come in time", async () => {
  const wait = startWait(50);
  wait.beginSending();
  holdUp(60);

  expect(wait.inTime()).toBe(false);
  expect(wait.signal.aborted).toBe(true);
  expect(await wait.ended).toBe("deadline");
});

test("given time, when it is not over, then sending may begin and the answer is in time", () => {
  const wait = startWait(60_000);

  expect(wait.hasSent()).toBe(false);
  expect(wait.beginSending()).toBe(true);
  expect(wait.hasSent()).toBe(true);
  expect(wait.inTime()).toBe(true);
  wait.finish();
});

test("given a wait that ended before sending, then sending may not begin, and nothing counts as sent", async () => {
  const wait = startWait(60_000);
  wait.stop();

  expect(wait.beginSending()).toBe(false);
  expect(wait.hasSent()).toBe(false);
  expect(await wait.ended).toBe("notSent");
});

test("given a wait that was stopped, when its time runs out as well, then it was stopped", async () => {
  const wait = startWait(50);
  wait.beginSending();
  wait.stop();
  holdUp(60);

  expect(wait.inTime()).toBe(false);
  expect(await wait.ended).toBe("stopped");
});
