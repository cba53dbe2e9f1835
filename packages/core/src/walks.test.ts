import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { secretProvisionRequest, secretRedemptionRequest, secretRefundRequest, secrets } from "../test/secrets.ts";
import { type Tried, type Walk, walks } from "../test/walk.ts";
import { attentionOf } from "./attention.ts";
import { canHandOver } from "./hand-over.ts";
import { hash32 } from "./hash.ts";
import { replay } from "./storage/journal.ts";
import type { ReconciliationItem } from "./machines/finalization-state.ts";
import type { Advice } from "./messages/operations.ts";
import { decode, encode } from "./storage/record.ts";
import { redact, redactEntry } from "./storage/redact.ts";
import type { Command, Step } from "./step.ts";
import {
  decide,
  isFinal,
  needsAttention,
  nextDue,
  provisionStates,
  redemptionStates,
  refundStates,
  resume,
  type Transaction,
} from "./transaction.ts";
import { toView } from "./view.ts";

// Bounded by count, not by time, so that a slow machine does not fail.
vi.setConfig({ testTimeout: 60_000 });

/** Any events, in any order, at any time. */
const assertAlways = (holds: (walk: Walk) => void): void => fc.assert(fc.property(walks, holds), { numRuns: 250 });

/** The events that were not refused, each with its step. */
type Taken = Tried & { readonly step: Step<Transaction> };
const takenOf = ({ tried }: Walk): readonly Taken[] => tried.filter((each): each is Taken => each.step !== undefined);

const stepsOf = (walk: Walk): readonly Step<Transaction>[] => [walk.start, ...takenOf(walk).map(({ step }) => step)];

const commandsOf = (walk: Walk): readonly Command[] => stepsOf(walk).flatMap(({ commands }) => [...commands]);

const advicesOf = (walk: Walk): readonly Advice[] =>
  commandsOf(walk).flatMap((command) => (command.type === "queueAdvice" ? [command.advice] : []));

/** By a clock that was set back, no request is open for longer than a reply deadline. */
function countAnew(openUntil: Map<number, number>, { start }: Transaction, at: number): void {
  for (const [attempt, deadlineAt] of openUntil)
    openUntil.set(attempt, Math.min(deadlineAt, at + start.policy.replyDeadlineMs));
}

describe("whatever happens to a transaction", () => {
  test("the walks reach every state of every machine, so the following tests cover each", () => {
    const visited = fc
      .sample(walks, { numRuns: 2_000, seed: 20_261_121 })
      .flatMap((walk) => stepsOf(walk).map(({ transaction: { kind, state } }) => `${kind} ${state}`));
    const states = [
      ...provisionStates.map((state) => `provision ${state}`),
      ...redemptionStates.map((state) => `redemption ${state}`),
      ...refundStates.map((state) => `refund ${state}`),
    ];
    expect(states.filter((state) => !visited.includes(state))).toEqual([]);
  });

  test("it comes to every reason why an operator must reconcile", () => {
    const reasons: Readonly<Record<ReconciliationItem["reason"], true>> = {
      lateApproval: true,
      providerTakesNoReversals: true,
      confirmationAmbiguous: true,
      reversalNotFound: true,
      acknowledgedUnnamed: true,
      approvedOtherAmount: true,
      secondVoucher: true,
    };
    const met = fc
      .sample(walks, { numRuns: 2_000, seed: 20_261_121 })
      .flatMap(({ end }) => end.reconciliation.map(({ reason }) => reason));
    expect(Object.keys(reasons).filter((reason) => !met.some((each) => each === reason))).toEqual([]);
  });

  test("its journal replays to it", () => {
    assertAlways(({ journal, end }) => {
      expect(encode(replay(journal)._unsafeUnwrap())).toBe(encode(end));
    });
  });

  test("its journal, redacted, replays to it, redacted", () => {
    assertAlways(({ journal, end }) => {
      const redacted = journal.map((entry) => redactEntry(entry, end));
      expect(encode(replay(redacted)._unsafeUnwrap())).toBe(encode(redact(end)));
    });
  });

  test("its journal, redacted with digests, replays to it, redacted with digests", () => {
    const digester = { keyId: "2026", digest: (text: string) => hash32(text).toString(16) };
    assertAlways(({ journal, end }) => {
      const redacted = journal.map((entry) => redactEntry(entry, end, { digester }));
      expect(encode(replay(redacted)._unsafeUnwrap())).toBe(encode(redact(end, { digester })));
    });
  });

  test("redacting it, and its journal, leaves no secret in either", () => {
    assertAlways(({ journal, end }) => {
      const redacted = [encode(redact(end)), ...journal.map((entry) => JSON.stringify(redactEntry(entry, end)))].join(
        "\n",
      );
      expect(Object.entries(secrets).filter(([, secret]) => redacted.includes(String(secret)))).toEqual([]);
    });
  });

  test("its view shows no secret in any state, and says the same of it", () => {
    assertAlways((walk) => {
      for (const { transaction } of stepsOf(walk)) {
        const view = toView(transaction);
        const shown = JSON.stringify(view);
        expect(Object.entries(secrets).filter(([, secret]) => shown.includes(String(secret)))).toEqual([]);
        expect([view.kind, view.state, view.id]).toEqual([transaction.kind, transaction.state, transaction.id]);
        expect(isFinal(view)).toBe(isFinal(transaction));
        expect(needsAttention(view)).toBe(needsAttention(transaction));
        expect(attentionOf(view)).toEqual(attentionOf(transaction));
        expect(nextDue(view)).toEqual(nextDue(transaction));
        expect(canHandOver(view)).toBe(canHandOver(transaction));
      }
    });
  });

  test("redacting it twice equals redacting it once, and keeps what the machine decides by", () => {
    assertAlways(({ end }) => {
      const redacted = redact(end);
      expect(encode(redact(redacted))).toBe(encode(redacted));
      expect([redacted.kind, redacted.state, redacted.id]).toEqual([end.kind, end.state, end.id]);
      expect(resume(redacted).commands.map(({ type }) => type)).toEqual(resume(end).commands.map(({ type }) => type));
    });
  });

  test("it can be stored and read back between any two steps", () => {
    assertAlways((walk) => {
      for (const { transaction } of stepsOf(walk)) {
        const record = encode(transaction);
        expect(encode(decode(record)._unsafeUnwrap())).toBe(record);
      }
    });
  });

  test("it owes at most one kind of advice, with one id and one body", () => {
    assertAlways((walk) => {
      expect(new Set(advicesOf(walk).map((advice) => JSON.stringify(advice))).size).toBeLessThanOrEqual(1);
    });
  });

  test("it sends no request once it owes an advice", () => {
    assertAlways((walk) => {
      const types = commandsOf(walk).map(({ type }) => type);
      const firstAdvice = types.indexOf("queueAdvice");
      expect(types.slice(firstAdvice === -1 ? types.length : firstAdvice)).not.toContain("sendRequest");
    });
  });

  test("its reversal waits for the deadline of every request without a response", () => {
    assertAlways((walk) => {
      const openUntil = new Map<number, number>();
      const overtakes = (command: Command | undefined): boolean =>
        command?.type === "queueAdvice" &&
        "reversalReason" in command.advice.message &&
        [...openUntil.values()].some((deadlineAt) => command.notBefore < deadlineAt);
      note(openUntil, walk.start);
      for (const { before, entry, step } of takenOf(walk)) {
        if (answersInTime(before, entry)) openUntil.delete(attemptUnderWay(before));
        if (entry.type === "fact" && entry.fact.type === "clockSetBack") countAnew(openUntil, before, entry.fact.at);
        note(openUntil, step);
        expect(overtakes(step.commands[0])).toBe(false);
      }
    });
  });

  test("once its voucher may be handed over, it is never reversed", () => {
    assertAlways((walk) => {
      const states = stepsOf(walk).map(({ transaction }) => transaction);
      const handedOver = states.findIndex(canHandOver);
      const after = handedOver === -1 ? [] : states.slice(handedOver).map(({ state }) => state);
      const right = ["completed", "confirming", "confirmed", "disputed", "resolved"];
      expect(after.filter((state) => !right.includes(state))).toEqual([]);
      expect(handedOver !== -1 && advicesOf(walk).some(({ message }) => "reversalReason" in message)).toBe(false);
    });
  });

  test("a step that changes nothing gives the same object, and no command", () => {
    assertAlways((walk) => {
      for (const { before, step } of takenOf(walk)) {
        const isSame = step.transaction === before;
        expect(encode(step.transaction) === encode(before)).toBe(isSame);
        expect(isSame ? step.commands : []).toEqual([]);
      }
    });
  });

  test("a fact that is ignored changes only the evidence that is kept; one that is not changes the state", () => {
    assertAlways((walk) => {
      for (const { before, entry, step } of takenOf(walk)) {
        const isIgnored = step.ignored !== undefined;
        const staysTheSame = encode(withoutEvidence(step.transaction)) === encode(withoutEvidence(before));
        expect(entry.type === "fact" ? isIgnored : staysTheSame && isIgnored).toBe(
          entry.type === "fact" && staysTheSame,
        );
        expect(isIgnored ? step.commands : []).toEqual([]);
      }
    });
  });

  test("a final state has no command and no next state: only items may be added, and what it has is handed over", () => {
    assertAlways((walk) => {
      for (const { before, step } of takenOf(walk)) {
        expect(isFinal(step.transaction) ? [...step.commands, ...resume(step.transaction).commands] : []).toEqual([]);
        expect(isFinal(before) ? withoutItems(step.transaction) : before).toEqual(
          isFinal(before) ? withoutItems(before) : before,
        );
      }
    });
  });

  test("items are added and never removed, one open one for each reason, and settled once", () => {
    assertAlways((walk) => {
      for (const { before, step } of takenOf(walk)) {
        const { reconciliation } = step.transaction;
        before.reconciliation.forEach((item, index) => {
          const { settled, ...evidence } = reconciliation[index] ?? item;
          expect({ ...evidence, settled: item.settled ?? settled }).toEqual({ ...item, settled });
        });
        expect(reconciliation.length).toBeLessThanOrEqual(16);
        const open = reconciliation.filter(({ settled }) => settled === undefined).map(({ reason }) => reason);
        expect(new Set(open).size).toBe(open.length);
      }
    });
  });

  test("resuming gives the command that the state waits for; a request is never sent again", () => {
    assertAlways((walk) => {
      let awaited: Command | undefined = walk.start.commands[0];
      for (const { before, step } of takenOf(walk)) {
        const [command] = step.commands;
        if (command !== undefined || step.transaction.state !== before.state) awaited = command;
        const expected = waitsForOperator(step.transaction) ? undefined : awaited;
        expect(resume(step.transaction).commands).toEqual(expected === undefined ? [] : [waitedFor(expected)]);
      }
    });
  });

  test("the same intent again is accepted, whenever it comes, and changes nothing", () => {
    assertAlways((walk) => {
      for (const { entry, step } of takenOf(walk)) {
        // A voucher is handed over once: again it is another intent, a copy.
        if (entry.type !== "intent" || entry.intent.type === "handOver") continue;
        const again = decide(step.transaction, { ...entry.intent, at: entry.intent.at + 1 })._unsafeUnwrap();
        expect(again.transaction).toBe(step.transaction);
        expect(again.commands).toEqual([]);
      }
    });
  });
});

/** Without what may be added to a final state. */
const withoutItems = ({ handedOver: _, ...transaction }: Transaction): Transaction => ({
  ...transaction,
  reconciliation: [],
});

/** Without what came too late to be acted on, and is kept. */
function withoutEvidence(transaction: Transaction): Transaction {
  const { reconciliation: _items, ...rest } = transaction;
  if (!("lateApproval" in rest)) return withoutItems(transaction);
  const { lateApproval: _approval, ...state } = rest;
  return { ...state, reconciliation: [] };
}

/** Remembers until when a request that may take effect is under way. A lookup has no effect. */
function note(openUntil: Map<number, number>, { commands: [command] }: Step<Transaction>): void {
  if (command?.type !== "sendRequest" || command.request.operation === "lookupVoucher") return;
  openUntil.set(command.attempt, command.deadlineAt);
}

const attemptUnderWay = (transaction: Transaction): number => {
  if (transaction.state === "requesting") return transaction.attempt;
  return transaction.state === "redeeming" ? transaction.redeem.attempt : -1;
};

const answersInTime = (before: Transaction, entry: Tried["entry"]): boolean =>
  (before.state === "requesting" || before.state === "redeeming") &&
  entry.type === "fact" &&
  entry.fact.type === "response" &&
  entry.fact.attempt === attemptUnderWay(before) &&
  entry.fact.at <= before.deadlineAt;

/** What is left to wait for, once another process has executed the command or ended meanwhile. */
const waitedFor = (command: Command): Command =>
  command.type === "sendRequest"
    ? { type: "wakeAt", timer: "replyDeadline", attempt: command.attempt, at: command.deadlineAt }
    : command;

test("the secrets that must be gone after redaction were there before it", () => {
  const written = JSON.stringify([secretProvisionRequest, secretRedemptionRequest, secretRefundRequest]);
  const missing = Object.entries(secrets).filter(([, secret]) => !written.includes(String(secret)));
  // These come only with responses.
  expect(missing.map(([name]) => name)).toEqual(["otherCode", "pin", "unknown", "number"]);
});

/** Whether nothing goes on by itself: the advice is held, or the time to decide is over and nothing was reversed. */
const waitsForOperator = (transaction: Transaction): boolean =>
  ("held" in transaction && transaction.held !== undefined) ||
  ("overdueAt" in transaction && transaction.overdueAt !== undefined);
