import { describe, expect, test } from "vitest";
import { AT, FOREIGN_ID, ID, provisionRequest, provisionResponse, provisionStart } from "../test/messages.ts";
import { everyTransaction } from "../test/situations.ts";
import { provisionSituations } from "../test/provision-situations.ts";
import { jsonResponse } from "../test/responses.ts";
import { columnsOf, decodeStored } from "./columns.ts";
import { startProvision } from "./machines/provision.ts";
import type { JsonObject } from "./json.ts";
import type { Fact } from "./step.ts";
import { encode } from "./storage/record.ts";
import { redact } from "./storage/redact.ts";
import { isFinal, nextDue, observe } from "./transaction.ts";

describe("the columns of a record", () => {
  test("say what it is, and what is due on it", () => {
    expect(columnsOf(provisionSituations["disputed confirmation"]())).toMatchObject({
      kind: "provision",
      state: "disputed",
      final: false,
      needsAttention: true,
      labels: { amount: { currency: "710" } },
    });
    for (const transaction of everyTransaction()) {
      expect(columnsOf(transaction).due).toEqual(nextDue(transaction));
      expect(columnsOf(transaction).final).toBe(isFinal(transaction));
    }
  });

  test("say what it is worth: what was approved, else what was asked for", () => {
    const amountOf = (amounts: JsonObject): unknown => {
      const body = { ...provisionResponse, amounts };
      const approved: Fact = { type: "response", attempt: 0, at: AT, ...jsonResponse(201, body) };
      return columnsOf(observe(provisionSituations.requesting(), approved).transaction).labels?.amount;
    };
    const asked = provisionRequest.amounts?.requestAmount;

    expect(columnsOf(provisionSituations.requesting()).labels?.amount).toEqual(asked);
    expect(amountOf({ approvedAmount: { amount: 5_000, currency: "710" } })).toEqual({
      amount: 5_000,
      currency: "710",
    });
    // What no column can hold says nothing.
    for (const approvedAmount of [
      { amount: 0.5, currency: "710" },
      { amount: 1e300, currency: "710" },
      { amount: 1, currency: "rand" },
    ])
      expect(amountOf({ approvedAmount })).toEqual(asked);
  });

  test("say the caller's correlation, which is validated, and in no message", () => {
    const start = { ...provisionStart(), correlation: "order 17" };
    const { transaction, commands } = startProvision(start)._unsafeUnwrap();

    expect(columnsOf(transaction).labels?.correlation).toBe("order 17");
    expect(JSON.stringify(commands)).not.toContain("order 17");
    expect(columnsOf(redact(transaction)).labels?.correlation).toBe("order 17");
    for (const correlation of ["", "a\nb", "x".repeat(101)])
      expect(startProvision({ ...start, correlation })._unsafeUnwrapErr()).toMatchObject({
        type: "invalidMessage",
        faults: [{ path: "correlation" }],
      });
  });

  test("outlive its redaction: what is searched by is no secret", () => {
    for (const transaction of everyTransaction()) {
      // What is masked is not to be handed over.
      const { toHandOver: _, ...columns } = columnsOf(transaction);
      expect(columnsOf(redact(transaction))).toEqual(columns);
    }
  });
});

test("a record is read under its own id alone", () => {
  const record = encode(provisionSituations.issued());

  expect(decodeStored({ id: ID, record })._unsafeUnwrap().state).toBe("issued");
  expect(decodeStored({ id: FOREIGN_ID, record })._unsafeUnwrapErr()).toEqual({ type: "damaged", fault: "content" });
  expect(decodeStored({ id: ID, record: "record" })._unsafeUnwrapErr()).toEqual({ type: "damaged", fault: "format" });
});
