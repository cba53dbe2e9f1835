import { describe, expect, test } from "vitest";
import { situations } from "../test/situations.ts";
import { AT, policyOf, SECONDS } from "../test/messages.ts";
import { mayLookUp } from "./lookup-timing.ts";
import type { Instant } from "./time.ts";
import { nextDue, isFinal, needsAttention, observe, resume, type Transaction, timerFact } from "./transaction.ts";

const everySituation = (): readonly (readonly [name: string, transaction: Transaction])[] =>
  [...situations].map(([name, make]) => [name, make()]);

const statesWhere = (holds: (transaction: Transaction) => boolean): readonly string[] => [
  ...new Set(
    everySituation()
      .map(([, transaction]) => transaction)
      .filter(holds)
      .map(({ kind, state }) => `${kind} ${state}`),
  ),
];

describe("what a transaction waits for", () => {
  test("final states are the ends of every machine, and wait for nothing", () => {
    expect(statesWhere(isFinal)).toEqual([
      "provision completed",
      "provision declined",
      "provision confirmed",
      "provision reversed",
      "provision resolved",
      "redemption abandoned",
      "redemption completed",
      "redemption declined",
      "redemption confirmed",
      "redemption reversed",
      "redemption resolved",
      "refund completed",
      "refund declined",
      "refund confirmed",
      "refund reversed",
      "refund resolved",
    ]);
    expect(statesWhere((each) => isFinal(each) && nextDue(each) !== undefined)).toEqual([]);
  });

  test("a transaction that waits for the till or an operator has nothing due", () => {
    expect(statesWhere((each) => !isFinal(each) && nextDue(each) === undefined)).toEqual([
      "provision issued",
      "provision confirming",
      "provision reversing",
      "provision disputed",
      "redemption redeemed",
      "redemption confirming",
      "redemption reversing",
      "redemption disputed",
      "refund refunded",
      "refund confirming",
      "refund reversing",
      "refund disputed",
    ]);
  });

  test("a transaction that waits for nothing, the till or an operator has nothing to resume", () => {
    const idle = everySituation().filter(([, each]) => nextDue(each) === undefined);
    expect(idle.filter(([, each]) => resume(each).commands.length > 0).map(([name]) => name)).toEqual([]);
  });

  test.each([
    ["provision requesting", "replyDeadline", "replyDeadline"],
    ["provision waitingToRetry after no response", "timer", "retry"],
    ["provision issued, decides in time", "timer", "decision"],
    ["provision confirming", "advice", "confirmVoucher"],
    ["provision reversing, in doubt", "advice", "reverseVoucher"],
    ["redemption lookingUp", "replyDeadline", "replyDeadline"],
    ["redemption waitingToLookUp", "timer", "lookup"],
    ["redemption redeeming", "replyDeadline", "replyDeadline"],
    ["redemption redeemed, decides in time", "timer", "decision"],
    ["redemption confirming", "advice", "confirmRedeem"],
    ["redemption reversing, in doubt", "advice", "reverseRedeem"],
    ["refund requesting", "replyDeadline", "replyDeadline"],
    ["refund refunded, decides in time", "timer", "decision"],
    ["refund confirming", "advice", "confirmRefund"],
    ["refund reversing, in doubt", "advice", "reverseRefund"],
  ])("%s: %s %s is due", (name, work, what) => {
    const transaction = situationOf(name);
    const [command] = resume(transaction).commands;
    const at =
      command?.type === "queueAdvice" ? command.notBefore : command?.type === "wakeAt" ? command.at : undefined;
    expect(nextDue(transaction)).toEqual({ at, work, description: what });
  });

  test("a reversal of a request without a response is due after the request's deadline", () => {
    const due = { at: AT + 60 * SECONDS, work: "advice", description: "reverseVoucher" };
    expect(nextDue(situationOf("provision reversing, in doubt"))).toEqual(due);
  });

  test("resuming changes nothing, and sends no request", () => {
    for (const [, transaction] of everySituation()) {
      const step = resume(transaction);
      expect(step.transaction).toBe(transaction);
      expect(step.ignored).toBeUndefined();
      expect(step.commands.map(({ type }) => type)).not.toContain("sendRequest");
    }
  });

  test("the fact of a replyDeadline is an interruption; that of any other timer has its name", () => {
    const command = { type: "wakeAt", attempt: 2, at: AT } as const;
    expect(timerFact({ ...command, timer: "replyDeadline" }, AT + 1)).toEqual({
      type: "interruption",
      attempt: 2,
      at: AT + 1,
    });
    for (const timer of ["retry", "lookup", "decision"] as const) {
      expect(timerFact({ ...command, timer }, AT + 1)).toEqual({ type: "timer", timer, attempt: 2, at: AT + 1 });
    }
  });

  test("the fact of a state's timer moves it on", () => {
    for (const [name, transaction] of everySituation()) {
      const [command] = resume(transaction).commands;
      if (command?.type !== "wakeAt") continue;
      const woken = observe(transaction, timerFact(command, command.at));
      expect({ name, ignored: woken.ignored, stays: woken.transaction === transaction }).toEqual({
        name,
        ignored: undefined,
        stays: false,
      });
    }
  });
});

describe("an operator must look at", () => {
  test("disputes, what is held or overdue, and transactions with open reconciliation items", () => {
    const names = everySituation()
      .filter(([, each]) => needsAttention(each))
      .map(([name]) => name);
    expect(names).toEqual([
      "provision issued, overdue",
      "provision confirming, held",
      "provision reversing, held",
      "provision reversed, with an item",
      "provision disputed confirmation",
      "provision disputed reversal",
      "redemption redeemed, overdue",
      "redemption confirming, held",
      "redemption reversing, held",
      "redemption reversed, with an item",
      "redemption disputed confirmation",
      "redemption disputed reversal",
      "refund refunded, overdue",
      "refund confirming, held",
      "refund reversing, held",
      "refund reversed, with an item",
      "refund disputed confirmation",
      "refund disputed reversal",
    ]);
  });

  test("an item until it is settled, in every final state: to resolve a dispute settles no item", () => {
    const item = { reason: "confirmationAmbiguous", at: AT } as const;
    const settled = { outcome: "agrees", by: "Thandi", reason: "INC-4411", at: AT } as const;
    for (const name of ["provision resolved reversal", "redemption confirmed", "refund confirmed"]) {
      expect(needsAttention({ ...situationOf(name), reconciliation: [item] })).toBe(true);
      expect(needsAttention({ ...situationOf(name), reconciliation: [{ ...item, settled }] })).toBe(false);
    }
  });
});

describe("a lookup of one's own transaction", () => {
  const policy = policyOf({ lookupAfterMs: 30 * SECONDS });
  const withPolicy = (each: Transaction): Transaction => {
    if (each.kind === "provision") return { ...each, start: { ...each.start, policy } };
    if (each.kind === "refund") return { ...each, start: { ...each.start, policy } };
    // A policy that came with `redeem` is in force from then on.
    if (!("redeem" in each) || each.redeem.policy === undefined) return { ...each, start: { ...each.start, policy } };
    return { ...each, redeem: { ...each.redeem, policy } };
  };

  /** When a final transaction ended: by its approval, its resolution or its state. */
  const endOf = (each: Transaction): Instant => {
    if (each.state === "completed") return each.approval.at;
    if (each.state === "resolved") return each.resolution.at;
    return "at" in each ? each.at : Number.NaN;
  };

  test("is allowed once it is final and the policy's time after its end is over", () => {
    for (const [name, transaction] of everySituation()) {
      if (!isFinal(transaction)) continue;
      const allowedFrom = endOf(transaction) + 30 * SECONDS;
      const early = mayLookUp(withPolicy(transaction), allowedFrom - 1)._unsafeUnwrapErr();
      expect({ name, early }).toEqual({
        name,
        early: { type: "lookupTooEarly", state: transaction.state, allowedFrom },
      });
      expect({ name, allowed: mayLookUp(withPolicy(transaction), allowedFrom).isOk() }).toEqual({
        name,
        allowed: true,
      });
    }
  });

  test("is allowed once Electrum has refused or contradicted its advice: so it has processed the outcome", () => {
    const disputed = withPolicy(situationOf("provision disputed confirmation"));
    const at = disputed.state === "disputed" ? disputed.dispute.at : 0;
    expect(mayLookUp(disputed, at + 30 * SECONDS).isOk()).toBe(true);
    expect(mayLookUp(disputed, at + 29 * SECONDS)._unsafeUnwrapErr().allowedFrom).toBe(at + 30 * SECONDS);
  });

  test("is refused while it is open, and says from when it can be allowed, if that is known", () => {
    for (const [name, transaction] of everySituation()) {
      if (isFinal(transaction) || transaction.state === "disputed") continue;
      const due = nextDue(transaction)?.at;
      const early = { type: "lookupTooEarly", state: transaction.state };
      const first = due === undefined ? early : { ...early, allowedFrom: due + 30 * SECONDS };
      expect({ name, refused: mayLookUp(withPolicy(transaction), AT)._unsafeUnwrapErr() }).toEqual({
        name,
        refused: first,
      });
      const longAfter = AT + 1_000_000 * SECONDS;
      const now = due === undefined ? early : { ...early, allowedFrom: longAfter };
      expect({ name, refused: mayLookUp(withPolicy(transaction), longAfter)._unsafeUnwrapErr() }).toEqual({
        name,
        refused: now,
      });
    }
  });
});

const situationOf = (name: string): Transaction => {
  const make = situations.get(name);
  if (make === undefined) throw new Error(`no situation ${name}`);
  return make();
};
