import type { HttpResponse, OutgoingMessage, NoResponse, NoResponseCause } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import { type Fault, type FaultKind, type Simulator, startSimulator } from "@electrum-vouchers/simulator";
import { CLIENT, provisionRequest } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { transports } from "../test/port.ts";
import { basicAuthorization } from "./authorization.ts";
import { createElectrumHttp } from "./electrum-http.ts";

// What the port reports for each of the simulator's faults, over real HTTP.

const sale: OutgoingMessage = { operation: "provisionVoucher", message: provisionRequest() };

/** What the port must report: the response, with the relevant part of its body, or the cause. */
interface Expected {
  readonly cause?: NoResponseCause;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly body?: RegExp;
}

/** Longer than any response takes, and shorter than the delay of those that must not come. */
const WAIT_MS = 1_000;
const NEVER_MS = 60_000;

const approved: Expected = { status: 201, body: /"voucher"/ };

const cases: { readonly [Kind in FaultKind]: readonly (readonly [Extract<Fault, { kind: Kind }>, Expected])[] } = {
  refused: [[{ kind: "refused", durationMs: NEVER_MS }, { cause: "interrupted" }]],
  reset: [
    [{ kind: "reset", processed: false }, { cause: "interrupted" }],
    [{ kind: "reset", processed: true }, { cause: "interrupted" }],
  ],
  noResponse: [
    [{ kind: "noResponse", processed: false }, { cause: "deadline" }],
    [{ kind: "noResponse", processed: true }, { cause: "deadline" }],
  ],
  delayed: [
    [{ kind: "delayed", delayMs: NEVER_MS }, { cause: "deadline" }],
    [{ kind: "delayed", delayMs: 10 }, approved],
  ],
  duplicate: [[{ kind: "duplicate" }, { status: 400, body: /DUPLICATE_RECORD/ }]],
  slowHeaders: [
    [{ kind: "slowHeaders", delayMs: NEVER_MS }, { cause: "deadline" }],
    [{ kind: "slowHeaders", delayMs: 10 }, approved],
  ],
  slowBody: [
    [{ kind: "slowBody", delayMs: NEVER_MS }, { cause: "deadline" }],
    [{ kind: "slowBody", delayMs: 10 }, approved],
  ],
  truncatedBody: [[{ kind: "truncatedBody" }, { cause: "interrupted" }]],
  wrongContentType: [[{ kind: "wrongContentType", contentType: "text/html" }, approved]],
  notJson: [[{ kind: "notJson" }, { status: 201, body: /^<html>/ }]],
  emptyBody: [[{ kind: "emptyBody" }, { status: 201, body: /^$/ }]],
  wrongId: [[{ kind: "wrongId" }, { status: 201, body: /"id":"f{8}-/ }]],
  status: [
    [{ kind: "status", status: 500, processed: true }, { status: 500 }],
    [{ kind: "status", status: 502, processed: false }, { status: 502 }],
    [
      { kind: "status", status: 503, processed: false, retryAfterSeconds: 2 },
      { status: 503, retryAfterMs: 2_000 },
    ],
    [{ kind: "status", status: 504, processed: true }, { status: 504 }],
    [
      { kind: "status", status: 429, processed: false, retryAfterSeconds: 7 },
      { status: 429, retryAfterMs: 7_000 },
    ],
  ],
  error: [
    [
      { kind: "error", status: 404, errorType: "UPSTREAM_UNAVAILABLE", processed: false },
      { status: 404, body: /"errorType":"UPSTREAM_UNAVAILABLE"/ },
    ],
  ],
  restart: [
    [{ kind: "restart", memory: "kept", durationMs: NEVER_MS }, { cause: "interrupted" }],
    [{ kind: "restart", memory: "lost", durationMs: NEVER_MS }, { cause: "interrupted" }],
  ],
  emulateTestServer: [[{ kind: "emulateTestServer" }, { status: 500, body: /^Internal server error/ }]],
};

const faults = Object.values(cases).flatMap<readonly [Fault, Expected]>((each) => [...each]);

describe.each(transports)("over %s", (transport) => {
  let simulator: Simulator;
  let electrum: Electrum;

  beforeEach(async () => {
    simulator = await startSimulator();
    electrum = createElectrumHttp({
      baseUrl: simulator.url,
      authorization: basicAuthorization(() => ({ username: CLIENT, password: "secret" })),
      transport,
    })._unsafeUnwrap();
  });

  afterEach(async () => {
    electrum.close();
    await simulator.stop();
  });

  const send = (): Promise<Partial<HttpResponse & NoResponse>> =>
    electrum.send(sale, Date.now() + WAIT_MS).match<Partial<HttpResponse & NoResponse>>(
      (response) => response,
      (noResponse) => noResponse,
    );

  test.each(faults.map(([fault, expected]) => ({ fault, expected })))("$fault", async ({ fault, expected }) => {
    simulator.addFault({ fault });
    const { body, ...others } = expected;
    const given = await send();
    expect(given).toMatchObject(others);
    expect(given.body ?? "").toMatch(body ?? "");
  });

  test("refused: during the outage the switch is unreachable", async () => {
    simulator.addFault({ fault: { kind: "refused", durationMs: NEVER_MS } });
    expect([await send(), await send()]).toEqual([{ cause: "interrupted" }, { cause: "unreachable" }]);
  });

  test("no fault: the response as it was sent", async () => {
    const { status, body } = await send();
    expect(status).toBe(201);
    expect(body).toMatch(/"voucher"/);
  });
});
