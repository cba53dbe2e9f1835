import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { responseText, serve } from "../test/loopback-server.ts";
import { lookup, reversal } from "../test/messages.ts";
import { ample, outcome, portTo, transports, type TransportName } from "../test/port.ts";

// Only the core decides about repeats. If a layer below repeats a redeemVoucher by itself, it is processed twice.

const statuses = Array.from({ length: 400 }, (_, index) => 200 + index);

/** fetch does not report 407. */
const visible: Readonly<Record<TransportName, readonly number[]>> = {
  ky: statuses.filter((status) => status !== 407),
  node: statuses,
};

/** After a 421, fetch sends a request again if it still has its body's source. A lookup has no body; it changes nothing. */
const lookups: Readonly<Record<TransportName, number>> = { ky: statuses.length + 1, node: statuses.length };

/** 204, 205 and 304 end with their headers. */
const responseTextOf = (status: number): string =>
  [204, 304].includes(status) ? `HTTP/1.1 ${status} Any\r\n\r\n` : responseText(status);

describe.each(transports)("over %s, a message is sent once", (transport) => {
  test("with every status of the response, 200 to 599", async () => {
    const server = await serve({
      onRequest: (socket) => socket.write(responseTextOf(statuses[server.requests.length - 1] ?? 500)),
    });
    const port = portTo(server.host, { transport });

    const outcomes = [];
    for (let sent = 0; sent < statuses.length; sent += 1) outcomes.push(await outcome(port, reversal, ample()));

    expect(outcomes.filter((each) => each !== "interrupted")).toEqual(
      visible[transport].map((status) => ({ status, body: "" })),
    );
    expect(server.requests).toHaveLength(statuses.length);
  });

  test("a lookup too, except after a 421 with ky", async () => {
    const server = await serve({
      onRequest: (socket, request) => {
        const status = Number(/voucherCode=(\d+)/.exec(request)?.[1]);
        socket.write(responseTextOf(status));
      },
    });
    const port = portTo(server.host, { transport });

    const outcomes = [];
    for (const status of statuses) {
      const message = { operation: "lookupVoucher", message: { voucherCode: String(status) } } as const;
      outcomes.push(await outcome(port, message, ample()));
    }

    expect(outcomes.filter((each) => each !== "interrupted")).toEqual(
      visible[transport].map((status) => ({ status, body: "" })),
    );
    expect(server.requests).toHaveLength(lookups[transport]);
  });

  test.each([lookup, reversal])("$operation, when a kept connection is reset", async (outgoing) => {
    const server = await serve({
      onRequest: (socket) => {
        if (server.requests.length === 1) socket.write(responseText(202));
        else socket.resetAndDestroy();
      },
    });
    const port = portTo(server.host, { transport });

    expect(await outcome(port, outgoing, ample())).toEqual({ status: 202, body: "" });
    expect(await outcome(port, outgoing, ample())).toBe("interrupted");
    await pause(50);
    expect(server.requests).toHaveLength(2);
  });

  test.each([lookup, reversal])("$operation, when a kept connection is closed", async (outgoing) => {
    const server = await serve({
      onRequest: (socket) => {
        if (server.requests.length === 1) socket.write(responseText(202));
        else socket.end();
      },
    });
    const port = portTo(server.host, { transport });

    expect(await outcome(port, outgoing, ample())).toEqual({ status: 202, body: "" });
    expect(await outcome(port, outgoing, ample())).toBe("interrupted");
    await pause(50);
    expect(server.requests).toHaveLength(2);
  });

  test("when the server closes each connection right after its response", async () => {
    const server = await serve({ onRequest: (socket) => socket.end(responseText(202)) });
    const port = portTo(server.host, { transport });

    const outcomes = [];
    for (let sent = 0; sent < 50; sent += 1) outcomes.push(await outcome(port, reversal, ample()));

    // A message on a connection that was just closed is lost. It is interrupted, since the server may have read it.
    const received = outcomes.filter((each) => each !== "interrupted");
    expect(received).toEqual(received.map(() => ({ status: 202, body: "" })));
    expect(server.requests.length).toBeGreaterThanOrEqual(received.length);
    expect(server.requests.length).toBeLessThanOrEqual(50);
  });
});
