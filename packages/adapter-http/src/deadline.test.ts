import { expect, test } from "vitest";
import { holdUp } from "../test/hold-up.ts";
import { startDeadline } from "./deadline.ts";

test("given a process too busy for its timers, when the answer is complete after the time, then it did not come in time", async () => {
  const wait = startDeadline(50);
  wait.markSent();
  holdUp(60);

  expect(wait.isInTime()).toBe(false);
  expect(wait.signal.aborted).toBe(true);
  expect(await wait.ended).toBe("deadline");
});

test("given time, when it is not over, then sending may begin and the answer is in time", () => {
  const wait = startDeadline(60_000);

  expect(wait.wasSent()).toBe(false);
  expect(wait.markSent()).toBe(true);
  expect(wait.wasSent()).toBe(true);
  expect(wait.isInTime()).toBe(true);
  wait.dispose();
});

test("given a wait that ended before sending, then sending may not begin, and nothing counts as sent", async () => {
  const wait = startDeadline(60_000);
  wait.stop();

  expect(wait.markSent()).toBe(false);
  expect(wait.wasSent()).toBe(false);
  expect(await wait.ended).toBe("notSent");
});

test("given a wait that was stopped, when its time runs out as well, then it was stopped", async () => {
  const wait = startDeadline(50);
  wait.markSent();
  wait.stop();
  holdUp(60);

  expect(wait.isInTime()).toBe(false);
  expect(await wait.ended).toBe("stopped");
});
