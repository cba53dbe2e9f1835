import { describe, expect, test } from "vitest";
import { provisionSituations } from "../test/provision-situations.ts";
import { everyTransaction } from "../test/situations.ts";
import { isFinal, isTransaction, isUnfinished, pendingAdvice, resume } from "./transaction.ts";

describe("a value read back is a transaction", () => {
  test("in every state of every machine", () => {
    expect(everyTransaction().filter((transaction) => !isTransaction(transaction))).toEqual([]);
  });

  test.each(["kind", "state", "id", "start", "reconciliation"])("unless it has no %s", (field) => {
    const [, ...others] = Object.entries(provisionSituations["issued"]()).toSorted(
      ([one], [other]) => Number(other === field) - Number(one === field),
    );

    expect(isTransaction(Object.fromEntries(others))).toBe(false);
  });

  test.each([undefined, null, "issued", 1, []])("unless it is %j", (value) => {
    expect(isTransaction(value)).toBe(false);
  });

  test.each([
    { state: "unheardOf" },
    { state: undefined },
    { kind: "refund" },
    { kind: "redemption" },
    { kind: "refund", state: "found" },
    { kind: "provision", state: "found" },
  ])("unless its kind and state are none that this release knows: %j", (change) => {
    expect(isTransaction({ ...provisionSituations["issued"](), ...change })).toBe(false);
  });
});

describe("of every transaction", () => {
  test("it is unfinished or final", () => {
    for (const transaction of everyTransaction()) expect(isUnfinished(transaction)).toBe(!isFinal(transaction));
  });

  test("the pending advice is the one that it resumes with", () => {
    for (const transaction of everyTransaction()) {
      const queued = resume(transaction).commands.filter(({ type }) => type === "queueAdvice");
      expect([pendingAdvice(transaction)].filter((advice) => advice !== undefined)).toEqual(queued);
    }
    expect(everyTransaction().some((transaction) => pendingAdvice(transaction) !== undefined)).toBe(true);
  });
});
