import { expect, test } from "vitest";
import { holdUp } from "../test/hold-up.ts";
import { startDeadline } from "./deadline.ts";

test("given a process too busy for its timers, when the response is complete after the deadline, then it is not in time", async () => {
  const deadline = startDeadline(50);
  deadline.markSent();
  holdUp(60);

  expect(deadline.isInTime()).toBe(false);
  expect(deadline.signal.aborted).toBe(true);
  expect(await deadline.ended).toBe("deadline");
});

test("given a deadline that has not ended, then sending may begin, and the response is in time", () => {
  const deadline = startDeadline(60_000);

  expect(deadline.wasSent()).toBe(false);
  expect(deadline.markSent()).toBe(true);
  expect(deadline.wasSent()).toBe(true);
  expect(deadline.isInTime()).toBe(true);
  deadline.dispose();
});

test("given a deadline that ended before sending, then sending must not begin, and nothing counts as sent", async () => {
  const deadline = startDeadline(60_000);
  deadline.stop();

  expect(deadline.markSent()).toBe(false);
  expect(deadline.wasSent()).toBe(false);
  expect(await deadline.ended).toBe("notSent");
});

test("given a deadline that was stopped, when its time ends as well, then the cause is stopped", async () => {
  const deadline = startDeadline(50);
  deadline.markSent();
  deadline.stop();
  holdUp(60);

  expect(deadline.isInTime()).toBe(false);
  expect(await deadline.ended).toBe("stopped");
});
