import type { HttpResponse, OutgoingMessage, NoResponseCause } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import { onTestFinished } from "vitest";
import { basicAuthorization, createElectrumHttp, type ElectrumHttpOptions } from "../src/index.ts";
import { PASSWORD } from "./messages.ts";

/** The transports. The port keeps its promises with each. */
export const transports = ["ky", "node"] as const;

export type TransportName = (typeof transports)[number];

/** A port to `target` (a URL, or host and port), with valid credentials. It is closed with the test. */
export function portTo(target: string, options: Partial<ElectrumHttpOptions> = {}): Electrum {
  const created = createElectrumHttp({
    baseUrl: target.includes("://") ? target : `http://${target}/suv/v1`,
    authorization: basicAuthorization(() => ({ username: "12345678", password: PASSWORD })),
    ...options,
  });
  if (created.isErr()) throw new Error(JSON.stringify(created.error));
  const port = created.value;
  onTestFinished(() => port.close());
  return port;
}

/** The response, or the cause of a missing one. */
export const outcome = (
  port: Electrum,
  outgoing: OutgoingMessage,
  deadlineAt: number,
): Promise<HttpResponse | NoResponseCause> =>
  port.send(outgoing, deadlineAt).match(
    (response) => response,
    (noResponse) => noResponse.cause,
  );

/** A deadline that no test on loopback reaches. */
export const ample = (): number => Date.now() + 20_000;

/** An early deadline, for a server that never responds. */
export const soon = (): number => Date.now() + 150;
