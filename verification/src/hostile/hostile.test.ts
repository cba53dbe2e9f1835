import {
  decode,
  isJsonObject,
  parseJson,
  provisionStates,
  readAcknowledgement,
  type Reading,
  readReply,
  redemptionStates,
} from "@electrum-vouchers/core";
import { describe, expect, test } from "vitest";
import { randomOf } from "../random.ts";
import { sealed } from "./records.ts";
import { runHostile } from "./run.ts";
import { allSituations } from "./situations.ts";
import { shipped, type Subject } from "./subject.ts";
import { runWire } from "./wire.ts";

const SEED = 4;

/** Far more than it takes: what never ends is to be seen all the same. */
const PATIENCE_MS = 60_000;

describe("hostile answers and records", () => {
  test("meet transactions in every state of both machines", () => {
    const met = allSituations().map(({ transaction: { kind, state } }) => `${kind} ${state}`);

    expect(new Set(met)).toEqual(
      new Set([
        ...provisionStates.map((state) => `provision ${state}`),
        ...redemptionStates.map((state) => `redemption ${state}`),
      ]),
    );
  });

  test(
    "never throw, approve nothing that is not approved, and are never read as what they are not",
    () => {
      expect(runHostile({ seed: SEED, cases: 4_000 })).toEqual([]);
    },
    PATIENCE_MS,
  );

  test("are the same again for the same seed", () => {
    const draw = (seed: number, index: number): readonly number[] => {
      const random = randomOf(seed, index);
      return Array.from({ length: 20 }, () => random.below(1_000));
    };

    expect(draw(SEED, 7)).toEqual(draw(SEED, 7));
    expect(draw(SEED, 7)).not.toEqual(draw(SEED, 8));
    expect(draw(SEED, 7)).not.toEqual(draw(SEED + 1, 7));
  });
});

describe("the check is checked: it finds a core that", () => {
  const approvesAll = (reading: Reading): Reading =>
    reading.outcome === "unknown" && reading.cause === "noVoucher" ? { outcome: "approved", response: {} } : reading;
  const defects: Readonly<Record<string, Partial<Subject>>> = {
    "approves a success without a voucher": {
      readReply: (request, answer) => approvesAll(readReply(request, answer)),
    },
    "believes an answer about another transaction": {
      readReply: (request, answer) => {
        const body = parseJson(answer.body);
        const ours = "id" in request.message ? { id: request.message.id } : {};
        return readReply(
          request,
          isJsonObject(body) ? { ...answer, body: JSON.stringify({ ...body, ...ours }) } : answer,
        );
      },
    },
    "reads a status before the error type": {
      readReply: (request, answer) =>
        answer.status === 404 ? { outcome: "declined", error: { status: 404 } } : readReply(request, answer),
    },
    "keeps what is for people only, and may be a voucher": {
      readReply: (request, answer) => {
        const reading = readReply(request, answer);
        return reading.outcome === "declined"
          ? { ...reading, error: { ...reading.error, errorMessage: answer.body } }
          : reading;
      },
    },
    "throws at what is no JSON": {
      readReply: (request, answer) => {
        JSON.parse(answer.body);
        return readReply(request, answer);
      },
    },
    "counts any 404 to a reversal as done": {
      readAcknowledgement: (advice, answer) =>
        answer.status === 404 ? { outcome: "acknowledged", how: "notFound" } : readAcknowledgement(advice, answer),
    },
    "acts on an answer to another attempt": {
      observe: (transaction, fact) =>
        shipped.observe(
          transaction,
          fact.type === "reply" && "attempt" in transaction ? { ...fact, attempt: transaction.attempt } : fact,
        ),
    },
    "acts on an answer that came after its deadline": {
      observe: (transaction, fact) => shipped.observe(transaction, { ...fact, at: 0 }),
    },
    "does not look at a record's checksum": {
      decode: (record) => {
        const content = /^\{"version":1,"checksum":"[0-9a-f]{8}","content":(.*)\}$/s.exec(record)?.[1];
        return decode(content === undefined ? record : sealed(content));
      },
    },
  };

  test.each(Object.entries(defects))(
    "%s",
    (_, defect) => {
      expect(runHostile({ seed: SEED, cases: 2_000 }, { ...shipped, ...defect })).not.toEqual([]);
    },
    PATIENCE_MS,
  );
});

test(
  "whatever a server writes: every send ends, a whole answer arrives as it is, and nothing else counts as one",
  async () => {
    expect(await runWire({ seed: SEED, cases: 500 })).toEqual([]);
  },
  PATIENCE_MS,
);
