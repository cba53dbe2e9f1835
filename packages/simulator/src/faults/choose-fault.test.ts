import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { uuid } from "../../test/messages.ts";
import { addRule, chooseFault, type FaultPlanState, startPlan } from "./choose-fault.ts";
import { type Fault, type FaultKind, faultKinds } from "./fault.ts";
import type { FaultPlan, RequestPredicate, RequestAttributes } from "./plan.ts";

const sale: RequestAttributes = {
  operation: "provisionVoucher",
  id: uuid(1),
  drawKey: uuid(1),
  requestId: uuid(1),
  terminalId: "TILL0001",
};
const advice: RequestAttributes = {
  ...sale,
  operation: "confirmVoucher",
  id: uuid(11),
  drawKey: uuid(11),
  voucherCode: "C1",
};
const reset: Fault = { kind: "reset", processed: false };
const notJson: Fault = { kind: "notJson" };

/** The kinds of the faults of these requests, in order. */
function play(
  start: FaultPlanState | FaultPlan,
  subjects: readonly RequestAttributes[],
): readonly (FaultKind | undefined)[] {
  let faults = "matched" in start ? start : startPlan(start);
  return subjects.map((subject) => {
    const chosen = chooseFault(faults, subject);
    faults = chosen.faults;
    return chosen.fault?.kind;
  });
}

describe("a rule", () => {
  test("applies once, to the first request", () => {
    expect(play({ rules: [{ fault: reset }] }, [sale, sale])).toEqual(["reset", undefined]);
  });

  test("applies as often as `times` says", () => {
    expect(play({ rules: [{ fault: reset, times: 2 }] }, [sale, sale, sale])).toEqual(["reset", "reset", undefined]);
    expect(play({ rules: [{ fault: reset, times: "always" }] }, [sale, sale, sale])).toEqual([
      "reset",
      "reset",
      "reset",
    ]);
  });

  test("applies to one advice, one client or one provider alone", () => {
    const other: RequestAttributes = { ...advice, id: uuid(12), client: "kiosk", provider: "Stellr" };
    const ours: RequestAttributes = { ...advice, client: "shop", provider: "standard" };
    for (const match of [
      { messageId: uuid(12).toUpperCase() },
      { client: "kiosk" },
      { provider: "Stellr" },
    ] satisfies readonly RequestPredicate[]) {
      const rules = [{ match, fault: reset, times: "always" as const }];
      expect(play({ rules }, [ours, other, ours])).toEqual([undefined, "reset", undefined]);
    }
  });

  test("applies to a share of all transactions: to each of their messages, or to none", () => {
    const transactions = Array.from({ length: 1_000 }, (_, n) => uuid(n));
    for (const share of [1 / 50, 1 / 16, 1 / 2, 15 / 16]) {
      const rules = [{ match: { share }, fault: reset, times: "always" as const }];
      const hits = (operation: RequestAttributes["operation"]): readonly boolean[] =>
        play(
          { rules },
          transactions.map((requestId, n) => ({ operation, id: uuid(10_000 + n), drawKey: uuid(n), requestId })),
        ).map((kind) => kind === "reset");
      const confirmations = hits("confirmVoucher");
      expect(hits("provisionVoucher")).toEqual(confirmations);
      expect(Math.abs(confirmations.filter(Boolean).length / 1_000 - share)).toBeLessThan(0.05);
    }
  });

  test("applies from the nth matching request on", () => {
    const rules = [{ match: { operation: "confirmVoucher" as const, nth: 2 }, fault: reset }];
    expect(play({ rules }, [advice, sale, advice, sale, advice])).toEqual([
      undefined,
      undefined,
      "reset",
      undefined,
      undefined,
    ]);
  });

  test.each<[RequestPredicate, readonly (FaultKind | undefined)[]]>([
    [{}, ["reset", "reset"]],
    [{ operation: "confirmVoucher" }, [undefined, "reset"]],
    [{ terminalId: "TILL0001" }, ["reset", "reset"]],
    [{ terminalId: "TILL0002" }, [undefined, undefined]],
    [{ voucherCode: "C1" }, [undefined, "reset"]],
    [{ requestId: uuid(1).toUpperCase() }, ["reset", "reset"]],
    [{ requestId: uuid(2) }, [undefined, undefined]],
    [{ requestId: uuid(1), voucherCode: "C1", operation: "provisionVoucher" }, [undefined, undefined]],
  ])("when %j", (match, expected) => {
    expect(play({ rules: [{ match, fault: reset, times: "always" }] }, [sale, advice])).toEqual(expected);
  });

  test("comes before later rules, which count the request all the same", () => {
    const rules = [{ fault: reset }, { match: { nth: 2 }, fault: notJson }];
    expect(play({ rules }, [sale, sale, sale])).toEqual(["reset", "notJson", undefined]);
  });

  test("that is added later does not change the counts of the others", () => {
    const started = chooseFault(startPlan({ rules: [{ fault: reset }] }), sale).faults;
    expect(play(addRule(started, { fault: notJson }), [sale, sale])).toEqual(["notJson", undefined]);
  });
});

describe("random faults", () => {
  const subjects = Array.from({ length: 2_000 }, (_, index): RequestAttributes => ({ ...sale, drawKey: uuid(index) }));
  const even = 1 / faultKinds.length;
  const rates: { readonly [Kind in FaultKind]?: number } = Object.fromEntries(faultKinds.map((kind) => [kind, even]));

  test("are the same for the same seed, and different for another one", () => {
    const run = (seed: number): readonly unknown[] => play({ random: { seed, rates: { reset: 0.3 } } }, subjects);
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  test("do not depend on the order in which requests arrive", () => {
    const random = { seed: 5, rates };
    fc.assert(
      fc.property(fc.shuffledSubarray(subjects.slice(0, 50), { minLength: 50 }), (shuffled) => {
        const kinds = play({ random }, shuffled);
        const sorted = play({ random }, subjects.slice(0, 50));
        const byDrawKey = new Map(shuffled.map(({ drawKey }, index) => [drawKey, kinds[index]]));
        expect(subjects.slice(0, 50).map(({ drawKey }) => byDrawKey.get(drawKey))).toEqual(sorted);
      }),
      { numRuns: 20 },
    );
  });

  test("are drawn anew when a message is repeated", () => {
    const repeats = Array.from({ length: 200 }, () => sale);
    expect(new Set(play({ random: { seed: 1, rates: { reset: 0.5 } } }, repeats))).toEqual(
      new Set(["reset", undefined]),
    );
  });

  test("remember a bounded number of messages", () => {
    let faults = startPlan({ random: { seed: 1, rates: { reset: 0.1 } } });
    for (let number = 0; number <= 100_000; number += 1) {
      faults = chooseFault(faults, { ...sale, drawKey: String(number) }).faults;
    }
    expect(faults.arrivals.size).toBe(1);
  });

  test("are as frequent as the rate of each kind", () => {
    const kinds = play({ random: { seed: 9, rates } }, subjects);
    for (const kind of faultKinds) {
      const share = kinds.filter((each) => each === kind).length / subjects.length;
      expect(share).toBeGreaterThan(even / 2);
      expect(share).toBeLessThan(even * 2);
    }
  });

  test("are only for requests to which no rule applies", () => {
    const plan: FaultPlan = { rules: [{ fault: notJson }], random: { seed: 1, rates: { reset: 1 } } };
    expect(play(plan, [sale, sale])).toEqual(["notJson", "reset"]);
  });

  test("come with processed and unprocessed requests, and with every status", () => {
    let faults = startPlan({ random: { seed: 3, rates: { status: 0.5, reset: 0.5 } } });
    const drawn = new Set<string>();
    for (const subject of subjects) {
      const chosen = chooseFault(faults, subject);
      faults = chosen.faults;
      drawn.add(JSON.stringify(chosen.fault));
    }
    const expected = [true, false].flatMap((processed) => [
      { kind: "reset", processed },
      ...[500, 502, 503, 504, 429].map((status) => ({ kind: "status", status, processed })),
    ]);
    expect([...drawn].toSorted()).toEqual(expected.map((fault) => JSON.stringify(fault)).toSorted());
  });
});
