import { Buffer, isUtf8 } from "node:buffer";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { serve } from "../test/loopback-server.ts";
import { reversal } from "../test/messages.ts";
import { UNREADABLE } from "./body.ts";
import { ample, outcome, portTo, transports } from "../test/port.ts";

const status = fc.integer({ min: 200, max: 599 }).filter((each) => ![204, 205, 304, 407].includes(each));
const bytes = fc.uint8Array({ maxLength: 4_000, size: "max" });

test.each(transports)(
  "over %s, any status with any bytes is reported: as text if it is UTF-8, and else as unreadable",
  async (transport) => {
    let next = Buffer.alloc(0);
    const server = await serve({ onRequest: (socket) => socket.write(next) });
    const port = portTo(server.host, { transport });

    await fc.assert(
      fc.asyncProperty(status, bytes, async (each, body) => {
        next = Buffer.concat([Buffer.from(`HTTP/1.1 ${each} Any\r\ncontent-length: ${body.byteLength}\r\n\r\n`), body]);

        expect(await outcome(port, reversal, ample())).toEqual({ status: each, body: textOf(body) });
      }),
      { numRuns: 300 },
    );
  },
);

/** Whether Node takes the bytes for UTF-8, apart from the adapter's own decoder. */
const textOf = (body: Uint8Array): string => (isUtf8(body) ? new TextDecoder().decode(body) : UNREADABLE);

test.each(transports)(
  "over %s, any bytes instead of a response: one outcome, in time, and no throw",
  async (transport) => {
    let next = new Uint8Array();
    const server = await serve({ onRequest: (socket) => socket.end(next) });
    const port = portTo(server.host, { transport });
    const garbage = fc.oneof(
      bytes,
      fc
        .tuple(
          fc.constantFrom("HTTP/1.1 ", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
          bytes,
        )
        .map(([start, rest]) => Buffer.concat([Buffer.from(start), rest])),
    );

    await fc.assert(
      fc.asyncProperty(garbage, async (each) => {
        next = each;

        const result = await outcome(port, reversal, Date.now() + 2_000);

        expect(typeof result === "object" ? "response" : result).toMatch(/^(response|interrupted|tooLarge)$/);
      }),
      { numRuns: 300 },
    );
  },
);
