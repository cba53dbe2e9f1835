import {
  decode,
  decodeEntry,
  classifyAdviceResponse,
  type RequestOutcome,
  classifyResponse,
} from "@electrum-vouchers/core";
import { isJsonObject, parseJson, provisionStates, redemptionStates } from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { createRandom } from "../random.ts";
import { withChecksum } from "./records.ts";
import { encodeJournal } from "./repairs.ts";
import { runFuzz } from "./run.ts";
import { allFixtures } from "./fixtures.ts";
import { shippedCore, type SystemUnderTest } from "./system-under-test.ts";
import { runWireFuzz } from "./wire.ts";

const SEED = 4;

/** Far longer than it takes. It only makes a test fail that would never end. */
const MAX_WAIT_MS = 60_000;

describe("fuzzed responses and records", () => {
  test("meet transactions in every state of a sale and of a redemption", () => {
    const covered = allFixtures().map(({ transaction: { kind, state } }) => `${kind} ${state}`);

    expect(new Set(covered)).toEqual(
      new Set([
        ...provisionStates.map((state) => `provision ${state}`),
        ...redemptionStates.map((state) => `redemption ${state}`),
      ]),
    );
  });

  test(
    "never throw, approve nothing that is not approved, and are never read as what they are not",
    () => {
      expect(runFuzz({ seed: SEED, cases: 4_000 })).toEqual([]);
    },
    MAX_WAIT_MS,
  );

  test("are the same again for the same seed", () => {
    const draw = (seed: number, index: number): readonly number[] => {
      const random = createRandom(seed, index);
      return Array.from({ length: 20 }, () => random.below(1_000));
    };

    expect(draw(SEED, 7)).toEqual(draw(SEED, 7));
    expect(draw(SEED, 7)).not.toEqual(draw(SEED, 8));
    expect(draw(SEED, 7)).not.toEqual(draw(SEED + 1, 7));
  });
});

describe("the check detects a core that", () => {
  const approvesAll = (reading: RequestOutcome): RequestOutcome =>
    reading.outcome === "unknown" && reading.cause === "noVoucher" ? { outcome: "approved", response: {} } : reading;
  const defects: Readonly<Record<string, Partial<SystemUnderTest>>> = {
    "checks a record without replaying its journal": {
      findDamage: (stored) =>
        decode(stored.record).match(
          () => [],
          () => shippedCore.findDamage(stored),
        ),
    },
    "repairs what is over to what is open": {
      planRepair: (stored, request) => shippedCore.planRepair({ ...stored, final: false }, request),
    },
    "repairs without comparing the states on the way": {
      planRepair: (stored, request) => {
        const steps = stored.entries
          .map((entry) => decodeEntry(entry)._unsafeUnwrap())
          .filter((entry) => entry.type !== "delivery" && entry.type !== "repair")
          .map(({ rules: _rules, state: _state, ...step }) => step);
        return shippedCore.planRepair({ ...stored, entries: encodeJournal(steps) }, request);
      },
    },
    "approves a success without a voucher": {
      classifyResponse: (request, response) => approvesAll(classifyResponse(request, response)),
    },
    "accepts a response about another transaction": {
      classifyResponse: (request, response) => {
        const body = parseJson(response.body);
        const ours = "id" in request.message ? { id: request.message.id } : {};
        return classifyResponse(
          request,
          isJsonObject(body) ? { ...response, body: JSON.stringify({ ...body, ...ours }) } : response,
        );
      },
    },
    "reads a status before the error type": {
      classifyResponse: (request, response) =>
        response.status === 404 ? { outcome: "declined", error: { status: 404 } } : classifyResponse(request, response),
    },
    "keeps a text for display, which may hold a voucher": {
      classifyResponse: (request, response) => {
        const reading = classifyResponse(request, response);
        return reading.outcome === "declined"
          ? { ...reading, error: { ...reading.error, errorMessage: response.body } }
          : reading;
      },
    },
    "throws at what is no JSON": {
      classifyResponse: (request, response) => {
        JSON.parse(response.body);
        return classifyResponse(request, response);
      },
    },
    "counts any 404 to a reversal as done": {
      classifyAdviceResponse: (advice, response) =>
        response.status === 404
          ? { outcome: "acknowledged", acknowledgement: "notFound" }
          : classifyAdviceResponse(advice, response),
    },
    "believes a refusal that is not Electrum's": {
      classifyResponse: (request, response) =>
        response.status === 403 ? { outcome: "declined", error: { status: 403 } } : classifyResponse(request, response),
    },
    "counts a success that names no message as an acknowledgement": {
      classifyAdviceResponse: (advice, response) => {
        const reading = classifyAdviceResponse(advice, response);
        return reading.outcome === "unnamed" ? { ...reading, outcome: "acknowledged" } : reading;
      },
    },
    "retries as often after responses that are not Electrum's": {
      observe: (transaction, fact) => {
        if (transaction.state !== "requesting" || transaction.kind !== "provision" || transaction.inDoubt === undefined)
          return shippedCore.observe(transaction, fact);
        const { foreignResponses: _, ...inDoubt } = transaction.inDoubt;
        return shippedCore.observe({ ...transaction, inDoubt }, fact);
      },
    },
    "lists nothing for the operator": {
      observe: (transaction, fact) => {
        const step = shippedCore.observe(transaction, fact);
        return { ...step, transaction: { ...step.transaction, reconciliation: transaction.reconciliation } };
      },
    },
    "forgets a late approval": {
      observe: (transaction, fact) =>
        transaction.state === "reversing" && fact.type === "response"
          ? { transaction, commands: [] }
          : shippedCore.observe(transaction, fact),
    },
    "acts on a response to another attempt": {
      observe: (transaction, fact) =>
        shippedCore.observe(
          transaction,
          fact.type === "response" && "attempt" in transaction ? { ...fact, attempt: transaction.attempt } : fact,
        ),
    },
    "acts on a response that came after its deadline": {
      observe: (transaction, fact) => shippedCore.observe(transaction, { ...fact, at: 0 }),
    },
    "keeps the object of its caller": {
      startProvision: (start) =>
        shippedCore.startProvision(start).map(({ transaction, commands }) => ({
          commands,
          transaction: { ...transaction, start: { ...transaction.start, request: start.request } },
        })),
    },
    "sends what it has not validated": {
      startProvision: (start) =>
        shippedCore.startProvision(start).map((step) => ({
          ...step,
          commands: [
            {
              type: "sendRequest",
              attempt: 0,
              request: { operation: "provisionVoucher", message: { ...start.request, basketRef: "\0" } },
              deadlineAt: 0,
            },
          ],
        })),
    },
    "throws at what is no plain data": {
      startProvision: (start) => {
        structuredClone(start);
        return shippedCore.startProvision(start);
      },
    },
    "keeps a page whole": { boundResponse: (_, response) => response },
    "keeps the beginning of a response": {
      boundResponse: (_, response) => ({ ...response, body: response.body.slice(0, 1_000) }),
    },
    "does not look at a record's checksum": {
      decode: (record) => {
        const content = /^\{"version":1,"checksum":"[0-9a-f]{8}","content":(.*)\}$/s.exec(record)?.[1];
        return decode(content === undefined ? record : withChecksum(content));
      },
    },
  };

  test.each(Object.entries(defects))(
    "%s",
    (_, defect) => {
      expect(runFuzz({ seed: SEED, cases: 2_000 }, { ...shippedCore, ...defect })).not.toEqual([]);
    },
    MAX_WAIT_MS,
  );
});

test(
  "whatever a server writes, every send ends, a complete response arrives as it is, and nothing else counts as one",
  async () => {
    expect(await runWireFuzz({ seed: SEED, cases: 500 })).toEqual([]);
  },
  MAX_WAIT_MS,
);
