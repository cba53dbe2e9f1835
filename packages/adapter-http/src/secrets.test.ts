import { inspect } from "node:util";
import type { NoResponse } from "@electrum-vouchers/core";
import { expect, onTestFinished, test } from "vitest";
import { responseText, type Behaviour, serve, serveTls, unusedPort } from "../test/loopback-server.ts";
import { lookup, PASSWORD, reversal, VOUCHER_CODE } from "../test/messages.ts";
import { ample, outcome, portTo, soon, transports } from "../test/port.ts";
import { basicAuthorization, type ElectrumHttpOptions } from "./index.ts";

const encoded = Buffer.from(`12345678:${PASSWORD}`).toString("base64");
const secrets = [VOUCHER_CODE, encodeURIComponent(VOUCHER_CODE), PASSWORD, encoded, "PIN-8842"];

/** Everything that a log or a debugger can show of a value. */
const inspectDeep = (thing: unknown): string =>
  `${JSON.stringify(thing)}${inspect(thing, { depth: null, showHidden: true })}`;

/** Collects what the process reports by itself: warnings and unhandled rejections. */
function reportedByProcess(): readonly unknown[] {
  const reported: unknown[] = [];
  const report = (thing: unknown): void => {
    reported.push(thing);
  };
  for (const event of ["unhandledRejection", "warning"]) {
    process.on(event, report);
    onTestFinished(() => void process.off(event, report));
  }
  return reported;
}

interface Row {
  readonly server: string;
  readonly does?: Behaviour;
  readonly options?: Partial<ElectrumHttpOptions>;
}

const asksProxy: Behaviour = { onRequest: (socket) => socket.write(responseText(407)) };

const failing: readonly Row[] = [
  { server: "resets", does: { onRequest: (socket) => socket.resetAndDestroy() } },
  { server: "never responds" },
  {
    server: "cuts a voucher in two",
    does: { onRequest: (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nPIN-8842") },
  },
  { server: "sends a voucher for HTTP", does: { onRequest: (socket) => socket.write("PIN-8842\r\n\r\n") } },
  {
    server: "sends too large a voucher",
    does: { onRequest: (socket) => socket.write(responseText(200, "PIN-8842 ".repeat(99))) },
    options: { maxBodyBytes: 99 },
  },
  { server: "asks for a proxy's credentials", does: asksProxy },
  {
    server: "is not asked, for the credentials are refused",
    options: { authorization: basicAuthorization(() => ({ username: VOUCHER_CODE, password: `${PASSWORD}\n` })) },
  },
  {
    server: "is not asked, for the credentials throw",
    options: {
      authorization: () => {
        throw new Error(`cannot read ${PASSWORD}`);
      },
    },
  },
];

const failingFetch: Row = {
  server: "is not asked, for fetch throws",
  options: { fetch: (input, init) => Promise.reject(new Error(inspectDeep([input, init]), { cause: PASSWORD })) },
};

const rows = [
  ...transports.flatMap((transport) => failing.map((row) => ({ ...row, transport }))),
  { ...failingFetch, transport: "ky" as const },
];

test.each(rows)(
  "over $transport, given a server that $server, then no missing response shows a secret",
  async ({ does = {}, options, transport }) => {
    const reported = reportedByProcess();
    const server = await serve(does);
    const tls = await serveTls(does);
    const gone = await unusedPort();

    const noResponses: NoResponse[] = [];
    for (const baseUrl of [`http://${server.host}`, `https://${tls.host}`, `http://127.0.0.1:${gone}`]) {
      const port = portTo(baseUrl, { transport, ...options });
      for (const [outgoing, deadlineAt] of [
        [lookup, soon()],
        [reversal, soon()],
        [reversal, 0],
      ] as const) {
        const result = await port.send(outgoing, deadlineAt);
        if (result.isErr()) noResponses.push(result.error);
      }
    }

    // With node, a proxy's 407 is a response: to the two messages over plain HTTP.
    const responseCount = transport === "node" && does === asksProxy ? 2 : 0;
    expect(noResponses).toHaveLength(9 - responseCount);
    for (const secret of secrets) expect(inspectDeep([noResponses, reported])).not.toContain(secret);
  },
);

test.each(transports)(
  "over %s, given a port, then it shows neither its credentials nor its options",
  async (transport) => {
    const server = await serve({ onRequest: (socket) => socket.write(responseText(200, "PIN-8842")) });
    const port = portTo(server.host, {
      transport,
      authorization: Object.assign(() => `Bearer ${PASSWORD}`, { token: PASSWORD }),
    });
    await outcome(port, lookup, ample());

    for (const secret of secrets) expect(inspectDeep(port)).not.toContain(secret);
  },
);
