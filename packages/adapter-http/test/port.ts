import type { HttpResponse, OutgoingMessage, NoResponseCause } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import { onTestFinished } from "vitest";
import { basicAuthorization, createElectrumHttp, type ElectrumHttpOptions } from "../src/index.ts";
import { PASSWORD } from "./messages.ts";

/** What may carry messages: what is promised of the port holds with each. */
export const transports = ["ky", "node"] as const;

export type TransportName = (typeof transports)[number];

/** A port to `target` (a URL, or host and port), with credentials that serve. It is closed with the test. */
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

/** The answer, or the cause of the silence. */
export const outcome = (
  port: Electrum,
  outgoing: OutgoingMessage,
  deadlineAt: number,
): Promise<HttpResponse | NoResponseCause> =>
  port.send(outgoing, deadlineAt).match(
    (answer) => answer,
    (silence) => silence.cause,
  );

/** A deadline that no test on loopback meets. */
export const ample = (): number => Date.now() + 20_000;

/** A deadline that a server which never answers makes us meet. */
export const soon = (): number => Date.now() + 150;
