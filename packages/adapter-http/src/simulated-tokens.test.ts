import type { HttpResponse, OutgoingMessage, NoResponseCause } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import { type Simulator, startSimulator } from "@electrum-vouchers/simulator";
import { CLIENT, provisionRequest } from "@electrum-vouchers/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ample, outcome, transports } from "../test/port.ts";
import { createElectrumHttp, passwordGrant } from "./index.ts";

// OAuth2 against the simulator: its token server, and a switch that refuses what is over.

const lookup: OutgoingMessage = { operation: "lookupVoucher", message: { voucherCode: "1" } };
const sale: OutgoingMessage = { operation: "provisionVoucher", message: provisionRequest() };

describe.each(transports)("over %s", (transport) => {
  let simulator: Simulator;
  let electrum: Electrum;

  beforeEach(async () => {
    simulator = await startSimulator();
    electrum = createElectrumHttp({
      baseUrl: simulator.url,
      authorization: passwordGrant({
        tokenUrl: simulator.tokenUrl,
        credentials: () => ({ username: CLIENT, password: "secret", clientId: "till", clientSecret: "secret" }),
      }),
      transport,
    })._unsafeUnwrap();
  });

  afterEach(async () => {
    electrum.close();
    await simulator.stop();
  });

  const send = (outgoing: OutgoingMessage): Promise<HttpResponse | NoResponseCause> =>
    outcome(electrum, outgoing, ample());

  test("a sale goes under a token of its client", async () => {
    expect(await send(sale)).toMatchObject({ status: 201 });
    expect(simulator.requests().latest).toMatchObject([{ user: CLIENT }]);
  });

  test("a revoked token costs one message, which is not sent again", async () => {
    await send(lookup);
    simulator.revokeTokens();
    expect(await send(sale)).toMatchObject({ status: 401 });
    expect(simulator.world().recorded).toBe(0);
    expect(await send(sale)).toMatchObject({ status: 201 });
  });
});
