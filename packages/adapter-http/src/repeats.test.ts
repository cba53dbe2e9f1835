import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { answer, serve } from "../test/loopback-server.ts";
import { lookup, reversal } from "../test/messages.ts";
import { ample, outcome, portTo, transports, type TransportName } from "../test/port.ts";

// Repeating is the core's decision: a redeemVoucher that a layer below repeats by itself is processed twice.

const statuses = Array.from({ length: 400 }, (_, index) => 200 + index);

/** fetch keeps 407 to itself. */
const visible: Readonly<Record<TransportName, readonly number[]>> = {
  ky: statuses.filter((status) => status !== 407),
  node: statuses,
};

/** fetch answers a 421 by asking again, where it still has what it sent: a lookup changes nothing. */
const lookups: Readonly<Record<TransportName, number>> = { ky: statuses.length + 1, node: statuses.length };

/** 204, 205 and 304 end with their headers. */
const answerOf = (status: number): string =>
  [204, 304].includes(status) ? `HTTP/1.1 ${status} Any\r\n\r\n` : answer(status);

describe.each(transports)("over %s, a message is sent once", (transport) => {
  test("whatever the status, 200 to 599, of its answer", async () => {
    const server = await serve({
      onRequest: (socket) => socket.write(answerOf(statuses[server.requests.length - 1] ?? 500)),
    });
    const port = portTo(server.host, { transport });

    const outcomes = [];
    for (let sent = 0; sent < statuses.length; sent += 1) outcomes.push(await outcome(port, reversal, ample()));

    expect(outcomes.filter((each) => each !== "interrupted")).toEqual(
      visible[transport].map((status) => ({ status, body: "" })),
    );
    expect(server.requests).toHaveLength(statuses.length);
  });

  test("a lookup too, but for a 421 under ky", async () => {
    const server = await serve({
      onRequest: (socket, request) => {
        const status = Number(/voucherCode=(\d+)/.exec(request)?.[1]);
        socket.write(answerOf(status));
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

  test.each([lookup, reversal])("$operation, when a kept connection is reset under it", async (outgoing) => {
    const server = await serve({
      onRequest: (socket) => {
        if (server.requests.length === 1) socket.write(answer(202));
        else socket.resetAndDestroy();
      },
    });
    const port = portTo(server.host, { transport });

    expect(await outcome(port, outgoing, ample())).toEqual({ status: 202, body: "" });
    expect(await outcome(port, outgoing, ample())).toBe("interrupted");
    await pause(50);
    expect(server.requests).toHaveLength(2);
  });

  test.each([lookup, reversal])("$operation, when a kept connection is closed under it", async (outgoing) => {
    const server = await serve({
      onRequest: (socket) => {
        if (server.requests.length === 1) socket.write(answer(202));
        else socket.end();
      },
    });
    const port = portTo(server.host, { transport });

    expect(await outcome(port, outgoing, ample())).toEqual({ status: 202, body: "" });
    expect(await outcome(port, outgoing, ample())).toBe("interrupted");
    await pause(50);
    expect(server.requests).toHaveLength(2);
  });

  test("when the server closes each connection right after its answer", async () => {
    const server = await serve({ onRequest: (socket) => socket.end(answer(202)) });
    const port = portTo(server.host, { transport });

    const outcomes = [];
    for (let sent = 0; sent < 50; sent += 1) outcomes.push(await outcome(port, reversal, ample()));

    // Written into a connection that was just closed, a message is lost: interrupted, since it may have been read.
    const answered = outcomes.filter((each) => each !== "interrupted");
    expect(answered).toEqual(answered.map(() => ({ status: 202, body: "" })));
    expect(server.requests.length).toBeGreaterThanOrEqual(answered.length);
    expect(server.requests.length).toBeLessThanOrEqual(50);
  });
});
