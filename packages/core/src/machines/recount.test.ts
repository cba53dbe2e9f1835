import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { provisionSituations } from "../../test/provision-situations.ts";
import { redemptionSituations } from "../../test/redemption-situations.ts";
import { intent } from "../../test/events.ts";
import { AT, policyOf, redemptionRequest, SECONDS } from "../../test/messages.ts";
import { provisionEvents } from "../../test/provision-events.ts";
import { situations } from "../../test/situations.ts";
import { after } from "../../test/specification.ts";
import { nextDue, observe, pendingAdvice, type Transaction } from "../transaction.ts";

// The clock was ahead when a transaction was stored. Whatever it waits for, it waits for no longer than its policy says.

const setBack = (transaction: Transaction, at: number): Transaction =>
  observe(transaction, { type: "clockSetBack", at }).transaction;

/** The longest wait that a policy of these situations names: to decide, or to make something of a lookup. */
const longestWaitMs = ({ state, start }: Transaction): number =>
  state === "found" || state === "lookupFailed" ? start.policy.lookupExpiryMs : 300 * SECONDS;

/** From before 1970 up to the time at which it was stored. */
const moments = fc.integer({ min: -AT, max: AT });

describe.each([...situations])("a transaction that is %s", (_situation, create) => {
  test("waits no longer than its longest wait, however far the clock was set back", () => {
    fc.assert(
      fc.property(moments, (at) => {
        const recounted = setBack(create(), at);
        const due = nextDue(recounted);
        expect(due === undefined || due.at <= at + longestWaitMs(recounted)).toBe(true);
      }),
    );
  });

  test("waits no less for a clock that was right: a wait is never cut short", () => {
    const transaction = create();
    const dueAt = nextDue(transaction)?.at ?? AT + 86_400 * SECONDS;
    expect(setBack(transaction, dueAt)).toBe(transaction);
  });

  test("is counted anew once: the same again changes nothing", () => {
    fc.assert(
      fc.property(moments, fc.nat(60 * SECONDS), (at, laterMs) => {
        const once = setBack(create(), at);
        expect(setBack(once, at + laterMs)).toBe(once);
      }),
    );
  });
});

describe("an advice", () => {
  test("that confirms is due at once", () => {
    const at = AT - 86_400 * SECONDS;
    expect(pendingAdvice(setBack(provisionSituations.confirming(), at))?.notBefore).toBe(at);
  });

  test("that reverses is due a whole reply deadline from now at the latest, since its request may just have been sent", () => {
    const at = AT - 86_400 * SECONDS;
    const reversing = setBack(provisionSituations["reversing, in doubt"](), at);
    expect(pendingAdvice(reversing)?.notBefore).toBe(at + reversing.start.policy.replyDeadlineMs);
  });

  test("in dispute is due so if an operator sends it again", () => {
    const at = AT - 86_400 * SECONDS;
    const disputed = setBack(provisionSituations["disputed confirmation"](), at);
    expect(disputed).toMatchObject({ state: "disputed", finalizing: { notBefore: at } });
  });
});

test("a dispute about a reversal that is counted anew is due a reply deadline from now, if an operator sends it again", () => {
  const at = AT - 86_400 * SECONDS;
  const disputed = setBack(provisionSituations["disputed reversal"](), at);
  expect(disputed).toMatchObject({
    finalizing: { state: "reversing", notBefore: at + disputed.start.policy.replyDeadlineMs },
  });
});

test("a confirmation that was counted anew, and then disputed, is due as it was if an operator sends it again", () => {
  const at = AT - 86_400 * SECONDS;
  const confirming = setBack(provisionSituations.confirming(), at);
  const disputed = after(confirming, provisionEvents["advice refused"]);
  expect(disputed.state).toBe("disputed");
  expect(pendingAdvice(after(disputed, provisionEvents.resend))?.notBefore).toBe(at);
});

test("a redemption is counted by the policy that it was given with its request", () => {
  const at = AT - 86_400 * SECONDS;
  const policy = policyOf({ replyDeadlineMs: 5 * SECONDS });
  const redeeming = after(
    redemptionSituations.found(),
    intent((now) => ({ type: "redeem", request: redemptionRequest, policy, at: now })),
  );
  expect(setBack(redeeming, at)).toMatchObject({ state: "redeeming", deadlineAt: at + 5 * SECONDS });
});

test("what needs no new count is left as it is, and asks for nothing", () => {
  const issued = provisionSituations.issued();
  const fact = { type: "clockSetBack", at: AT } as const;
  expect(observe(issued, fact)).toEqual({ transaction: issued, commands: [], ignored: "unexpected" });
});

test("a retry under way that is counted anew takes its doubt with it", () => {
  const at = AT - 86_400 * SECONDS;
  const retrying = setBack(provisionSituations["retrying after no response"](), at);
  expect(retrying).toMatchObject({ inDoubt: { latestDeadlineAt: at + retrying.start.policy.replyDeadlineMs } });
});

test("a retry that is counted anew takes its reversal with it: that is due no later than a reply deadline from now", () => {
  const at = AT - 86_400 * SECONDS;
  const waiting = setBack(provisionSituations["waitingToRetry after no response"](), at);
  expect(waiting).toMatchObject({
    inDoubt: { latestDeadlineAt: at + waiting.start.policy.replyDeadlineMs },
  });
});
