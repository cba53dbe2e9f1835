import type { HttpResponse, NoResponse, OutgoingMessage } from "@electrum-vouchers/core";
import { type Fault, type FaultKind, transactionsWithId } from "@electrum-vouchers/simulator";
import { describe, expect, test } from "vitest";
import { provisionRequest, uuid } from "../messages/requests.ts";
import { createSimulatedClock, type SimulatedClock } from "../simulated-clock.ts";
import { createSimulatedWaits } from "../simulated-waits.ts";
import { worldWithVoucher } from "./initial-world.ts";
import { createSimulatedElectrum, type SimulatedElectrum } from "./simulated-electrum.ts";

const NOW = Date.parse("2026-03-01T08:00:00.000Z");
const DEADLINE_MS = 60_000;
const LATE_MS = 30_000;

const sale: OutgoingMessage = { operation: "provisionVoucher", message: provisionRequest() };
const request = provisionRequest();
const confirmation: OutgoingMessage = {
  operation: "confirmVoucher",
  message: {
    id: uuid(2),
    requestId: request.id,
    time: request.time,
    thirdPartyIdentifiers: request.thirdPartyIdentifiers,
    tenders: [],
  },
};

/** What came of a message: a status, with the beginning of its body; or why there is no response; and when. */
async function outcomeOf(
  electrum: SimulatedElectrum,
  clock: SimulatedClock,
  outgoing: OutgoingMessage = sale,
): Promise<Partial<HttpResponse & NoResponse> & { readonly afterMs: number }> {
  const sentAt = clock.now();
  const sending = electrum.send(outgoing, sentAt + DEADLINE_MS).match<Partial<HttpResponse & NoResponse>>(
    (response) => ({ ...response, afterMs: clock.now() - sentAt }),
    (noResponse) => ({ ...noResponse, afterMs: clock.now() - sentAt }),
  );
  const outcome = await createSimulatedWaits(clock).settled(sending);
  return { afterMs: Number.NaN, ...outcome };
}

interface Expected {
  readonly outcome: object;
  /** Whether the switch has processed the sale when the till knows the outcome. */
  readonly isProcessed: boolean;
}

const responds = (status: number, body: RegExp, afterMs = 40): object => ({
  status,
  body: expect.stringMatching(body),
  afterMs,
});

const cases: { readonly [Kind in FaultKind]: readonly [Extract<Fault, { readonly kind: Kind }>, Expected] } = {
  refused: [
    { kind: "refused", durationMs: LATE_MS },
    { outcome: { cause: "interrupted" }, isProcessed: false },
  ],
  restart: [
    { kind: "restart", memory: "kept", durationMs: LATE_MS },
    { outcome: { cause: "interrupted" }, isProcessed: false },
  ],
  reset: [
    { kind: "reset", processed: true },
    { outcome: { cause: "interrupted", afterMs: 40 }, isProcessed: true },
  ],
  noResponse: [
    { kind: "noResponse", processed: true },
    { outcome: { cause: "deadline", afterMs: DEADLINE_MS }, isProcessed: true },
  ],
  delayed: [
    { kind: "delayed", delayMs: 2 * DEADLINE_MS },
    { outcome: { cause: "deadline", afterMs: DEADLINE_MS }, isProcessed: false },
  ],
  duplicate: [{ kind: "duplicate" }, { outcome: responds(400, /DUPLICATE_RECORD/), isProcessed: true }],
  slowHeaders: [
    { kind: "slowHeaders", delayMs: LATE_MS },
    { outcome: responds(201, /"voucher"/, LATE_MS + 40), isProcessed: true },
  ],
  slowBody: [
    { kind: "slowBody", delayMs: 2 * DEADLINE_MS },
    { outcome: { cause: "deadline", afterMs: DEADLINE_MS }, isProcessed: true },
  ],
  truncatedBody: [{ kind: "truncatedBody" }, { outcome: { cause: "interrupted", afterMs: 40 }, isProcessed: true }],
  wrongContentType: [
    { kind: "wrongContentType", contentType: "text/html" },
    { outcome: responds(201, /"voucher"/), isProcessed: true },
  ],
  notJson: [{ kind: "notJson" }, { outcome: responds(201, /^<html>/), isProcessed: true }],
  emptyBody: [{ kind: "emptyBody" }, { outcome: responds(201, /^$/), isProcessed: true }],
  wrongId: [{ kind: "wrongId" }, { outcome: responds(201, /"id":"f{8}-/), isProcessed: true }],
  status: [
    { kind: "status", status: 503, processed: false, retryAfterSeconds: 2 },
    { outcome: { status: 503, retryAfterMs: 2_000, afterMs: 40 }, isProcessed: false },
  ],
  error: [
    { kind: "error", status: 504, errorType: "UPSTREAM_UNAVAILABLE", processed: true },
    { outcome: responds(504, /"errorType":"UPSTREAM_UNAVAILABLE"/), isProcessed: true },
  ],
  emulateTestServer: [
    { kind: "emulateTestServer" },
    { outcome: responds(500, /^Internal server error/), isProcessed: true },
  ],
};

describe("a fault of the simulator does in process what it does over HTTP", () => {
  test.each(Object.values(cases).map(([fault, expected]) => ({ fault, expected })))(
    "$fault",
    async ({ fault, expected }) => {
      const clock = createSimulatedClock(NOW);
      const electrum = createSimulatedElectrum(clock, { faults: { rules: [{ fault }] } });

      const outcome = await outcomeOf(electrum, clock);

      expect(outcome).toMatchObject(expected.outcome);
      expect(transactionsWithId(electrum.world(), request.id).length > 0).toBe(expected.isProcessed);
    },
  );

  test("none: the response, after the way there and back", async () => {
    const clock = createSimulatedClock(NOW);

    expect(await outcomeOf(createSimulatedElectrum(clock), clock)).toMatchObject(responds(201, /"voucher"/));
  });
});

describe("Electrum in process", () => {
  test("sends nothing whose deadline has passed", async () => {
    const clock = createSimulatedClock(NOW);

    const result = await createSimulatedElectrum(clock).send(sale, NOW);

    expect(result._unsafeUnwrapErr()).toEqual({ cause: "notSent" });
  });

  test("is unreachable while it is disconnected, and remembers", async () => {
    const clock = createSimulatedClock(NOW);
    const electrum = createSimulatedElectrum(clock);
    await outcomeOf(electrum, clock);

    electrum.disconnect(LATE_MS);

    expect(await outcomeOf(electrum, clock, confirmation)).toEqual({ cause: "unreachable", afterMs: 0 });
    await clock.advance(LATE_MS);
    expect(await outcomeOf(electrum, clock, confirmation)).toMatchObject({ status: 202 });
  });

  test("receives a message whose connection broke just before the deadline of the message", async () => {
    const clock = createSimulatedClock(NOW);
    const electrum = createSimulatedElectrum(clock);
    electrum.interruptNext("provisionVoucher");

    expect(await outcomeOf(electrum, clock)).toEqual({ cause: "interrupted", afterMs: 20 });
    await clock.advance(DEADLINE_MS - 200);
    expect(transactionsWithId(electrum.world(), request.id)).toEqual([]);
    await clock.advance(200);
    expect(transactionsWithId(electrum.world(), request.id)).toMatchObject([{ state: "open" }]);
  });

  test("keeps an advice until its provider is up again", async () => {
    const clock = createSimulatedClock(NOW);
    const electrum = createSimulatedElectrum(clock);
    await outcomeOf(electrum, clock);
    electrum.setProvider("standard", { state: "down" });
    await outcomeOf(electrum, clock, confirmation);
    await clock.advance(DEADLINE_MS);

    expect(electrum.isQuiescent()).toBe(false);
    electrum.heal();
    await clock.advance(DEADLINE_MS);
    expect(electrum.isQuiescent()).toBe(true);
    expect(transactionsWithId(electrum.world(), request.id)).toMatchObject([{ providerState: "confirmed" }]);
  });

  test("healed, applies no fault any more", async () => {
    const clock = createSimulatedClock(NOW);
    const electrum = createSimulatedElectrum(clock, {
      faults: { rules: [{ fault: { kind: "notJson" }, times: "always" }] },
    });
    electrum.heal();

    expect(await outcomeOf(electrum, clock)).toMatchObject(responds(201, /"voucher"/));
  });

  test("knows a voucher that was sold before", async () => {
    const clock = createSimulatedClock(NOW);
    const { world, voucherCode } = worldWithVoucher("Stellr");
    const electrum = createSimulatedElectrum(clock, { world });

    const outcome = await outcomeOf(electrum, clock, { operation: "lookupVoucher", message: { voucherCode } });

    expect(outcome).toMatchObject({ status: 200 });
  });
});
