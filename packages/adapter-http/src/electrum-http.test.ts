import { gzipSync } from "node:zlib";
import type { HttpResponse, NoResponseCause } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import { describe, expect, test, vi } from "vitest";
import { holdUp } from "../test/hold-up.ts";
import { responseText, type Behaviour, onlyOnce, serve, unusedPort } from "../test/loopback-server.ts";
import { lookup, PASSWORD, reversal } from "../test/messages.ts";
import { ample, outcome, portTo, soon, transports, type TransportName } from "../test/port.ts";
import { DEFAULT_MAX_BODY_BYTES, type ElectrumHttpOptions } from "./index.ts";

const html = "<html><body>404 Not Found</body></html>";
const detail = JSON.stringify({ id: "1", errorType: "GENERAL_ERROR", errorMessage: "Ünbekannt" });
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const bomb = gzipSync(Buffer.alloc(8 * DEFAULT_MAX_BODY_BYTES, "a"));

interface Row {
  readonly server: string;
  readonly does: Behaviour;
  readonly becomes: HttpResponse | NoResponseCause;
  /** The server never completes its response, so the test sets an early deadline. */
  readonly waits?: true;
}

const writes = (text: string): Behaviour => ({ onRequest: (socket) => socket.write(text, "utf8") });
const writesAndEnds = (text: string): Behaviour => ({ onRequest: (socket) => socket.end(text, "utf8") });

const complete: readonly Row[] = [
  { server: "responds with JSON", does: writes(responseText(200, detail)), becomes: { status: 200, body: detail } },
  { server: "responds with 202 without a body", does: writes(responseText(202)), becomes: { status: 202, body: "" } },
  {
    server: "responds with 204, which has no body",
    does: writes("HTTP/1.1 204 No Content\r\n\r\n"),
    becomes: { status: 204, body: "" },
  },
  { server: "responds with 404 without a body", does: writes(responseText(404)), becomes: { status: 404, body: "" } },
  {
    server: "responds with HTML under a wrong URL",
    does: writes(responseText(404, html, ["content-type: text/html"])),
    becomes: { status: 404, body: html },
  },
  {
    server: "responds with JSON under a wrong content type",
    does: writes(responseText(200, detail, ["content-type: image/png"])),
    becomes: { status: 200, body: detail },
  },
  {
    server: "responds with what is not JSON",
    does: writes(responseText(200, "{oops")),
    becomes: { status: 200, body: "{oops" },
  },
  {
    server: "responds with what is not UTF-8",
    does: {
      onRequest: (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\na\xff", "latin1"),
    },
    becomes: { status: 200, body: "\ufffd" },
  },
  {
    server: "responds with 503 and a Retry-After",
    does: writes(responseText(503, "", ["retry-after: 7"])),
    becomes: { status: 503, body: "", retryAfterMs: 7_000 },
  },
  {
    server: "responds with 503 and an invalid Retry-After",
    does: writes(responseText(503, "", ["retry-after: 2.5 apples"])),
    becomes: { status: 503, body: "" },
  },
  {
    server: "responds in chunks",
    does: writes(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunk("{")}${chunk("}")}0\r\n\r\n`),
    becomes: { status: 200, body: "{}" },
  },
  {
    server: "ends its body with the connection, as HTTP/1.0 did",
    does: writesAndEnds("HTTP/1.0 200 OK\r\n\r\n{}"),
    becomes: { status: 200, body: "{}" },
  },
  {
    server: "compresses without being asked to",
    does: {
      onRequest: (socket) => {
        const body = gzipSync(detail);
        socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${body.byteLength}\r\n\r\n`);
        socket.write(body);
      },
    },
    becomes: { status: 200, body: detail },
  },
  {
    server: "names an encoding for an empty body",
    does: writes(responseText(202, "", ["content-encoding: gzip"])),
    becomes: { status: 202, body: "" },
  },
  {
    server: "names an encoding, and sends no chunk",
    does: writes("HTTP/1.1 202 Accepted\r\ncontent-encoding: br\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
    becomes: { status: 202, body: "" },
  },
  {
    server: "responds with the largest body that is accepted",
    does: writes(responseText(200, "a".repeat(DEFAULT_MAX_BODY_BYTES))),
    becomes: { status: 200, body: "a".repeat(DEFAULT_MAX_BODY_BYTES) },
  },
  {
    server: "sends 102, still processing, then a response",
    does: writes(`HTTP/1.1 102 Processing\r\n\r\n${responseText(200, "{}")}`),
    becomes: { status: 200, body: "{}" },
  },
];

const incomplete: readonly Row[] = [
  // Before the server has read the request.
  {
    server: "resets before it has read",
    does: {
      onConnection: (socket) => {
        socket.pause();
        setTimeout(() => void socket.resetAndDestroy(), 20);
      },
    },
    becomes: "interrupted",
  },
  {
    server: "closes the connection at once",
    does: { onConnection: (socket) => socket.destroy() },
    becomes: "interrupted",
  },
  {
    server: "accepts and reads nothing",
    does: {
      onConnection: (socket) => {
        socket.pause();
        setTimeout(() => void socket.resume(), 200);
      },
    },
    becomes: "deadline",
    waits: true,
  },
  // After that.
  { server: "reads and never responds", does: {}, becomes: "deadline", waits: true },
  { server: "reads and resets", does: { onRequest: (socket) => socket.resetAndDestroy() }, becomes: "interrupted" },
  { server: "reads and closes", does: { onRequest: (socket) => socket.end() }, becomes: "interrupted" },
  // Within the response's headers.
  { server: "stops within its headers", does: writes("HTTP/1.1 200 OK\r\ncontent-"), becomes: "deadline", waits: true },
  { server: "closes within its headers", does: writesAndEnds("HTTP/1.1 200 OK\r\ncontent-"), becomes: "interrupted" },
  {
    server: "sends headers without end",
    does: writes(`HTTP/1.1 200 OK\r\nx: ${"a".repeat(100_000)}`),
    becomes: "tooLarge",
  },
  {
    server: "sends garbage for HTTP",
    does: { onRequest: (socket) => socket.write(Buffer.of(0, 1, 2, 255, 13, 10)) },
    becomes: "interrupted",
  },
  {
    server: "sends an invalid status",
    does: writes("HTTP/1.1 99 Low\r\ncontent-length: 0\r\n\r\n"),
    becomes: "interrupted",
  },
  // Within its body.
  {
    server: "stops after its headers",
    does: writes("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"),
    becomes: "deadline",
    waits: true,
  },
  {
    server: "sends its body too slowly",
    does: {
      onRequest: (socket) => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
        const drip = setInterval(() => void socket.write(" "), 5);
        socket.on("close", () => clearInterval(drip));
      },
    },
    becomes: "deadline",
    waits: true,
  },
  {
    server: "closes before the length it stated",
    does: writesAndEnds("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}"),
    becomes: "interrupted",
  },
  {
    server: "closes within a chunk",
    does: writesAndEnds("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{}"),
    becomes: "interrupted",
  },
  {
    server: "closes between chunks",
    does: writesAndEnds(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunk("{}")}`),
    becomes: "interrupted",
  },
  {
    server: "resets within its body",
    does: {
      onRequest: (socket) =>
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}", () => void socket.resetAndDestroy()),
    },
    becomes: "interrupted",
  },
  {
    server: "names gzip, but does not compress",
    does: writes(responseText(200, "{}", ["content-encoding: gzip"])),
    becomes: "interrupted",
  },
  {
    server: "sends one byte more than is accepted",
    does: writes(responseText(200, "a".repeat(DEFAULT_MAX_BODY_BYTES + 1))),
    becomes: "tooLarge",
  },
  {
    server: "sends a body without end",
    does: {
      onRequest: (socket) => {
        socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        const more = (): void => {
          if (socket.writable) socket.write(chunk("a".repeat(50_000)), more);
        };
        more();
      },
    },
    becomes: "tooLarge",
  },
  {
    server: "sends a gzip bomb",
    does: {
      onRequest: (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.byteLength}\r\n\r\n`);
        socket.write(bomb);
      },
    },
    becomes: "tooLarge",
  },
  // Electrum may send 102 as its whole response to lookupRedemption. In HTTP that is an interim response, so fetch waits on.
  {
    server: "sends 102 and nothing more",
    does: writes("HTTP/1.1 102 Processing\r\n\r\n"),
    becomes: "deadline",
    waits: true,
  },
  { server: "sends 102 and closes", does: writesAndEnds("HTTP/1.1 102 Processing\r\n\r\n"), becomes: "interrupted" },
  {
    server: "sends 102 with a length and closes",
    does: writesAndEnds("HTTP/1.1 102 Processing\r\ncontent-length: 0\r\n\r\n"),
    becomes: "interrupted",
  },
  {
    server: "sends 101 and switches to another protocol",
    does: writes("HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
    becomes: "interrupted",
  },
];

const early: Row = {
  server: "sends 100, which was not asked for, then a response",
  does: writes(`HTTP/1.1 100 Continue\r\n\r\n${responseText(200, "{}")}`),
  becomes: { status: 200, body: "{}" },
};
const continues: Row = {
  server: "sends 100, which was not asked for, and nothing more",
  does: writes("HTTP/1.1 100 Continue\r\n\r\n"),
  becomes: "deadline",
  waits: true,
};
const proxy: Row = {
  server: "asks for a proxy's credentials",
  does: writes(responseText(407)),
  becomes: { status: 407, body: "" },
};

/** `fetch` never reports these: it treats them as protocol errors. */
const nonsense = [early, continues, proxy].map(({ server, does }): Row => ({ server, does, becomes: "interrupted" }));

const responses: Readonly<Record<TransportName, readonly Row[]>> = {
  ky: complete,
  node: [...complete, early, proxy],
};
const noResponses: Readonly<Record<TransportName, readonly Row[]>> = {
  ky: [...incomplete, ...nonsense],
  node: [...incomplete, continues],
};

describe.each(transports)("over %s", (transport) => {
  const connect = (target: string, options: Partial<ElectrumHttpOptions> = {}): Electrum =>
    portTo(target, { transport, ...options });

  describe.each([lookup, reversal])("given $operation", (outgoing) => {
    test.each(responses[transport])("when the server $server, then it is a response", async ({ does, becomes }) => {
      const server = await serve(does);

      expect(await outcome(connect(server.host), outgoing, ample())).toEqual(becomes);
    });

    test.each(noResponses[transport])("when the server $server, then $becomes", async ({ does, becomes, waits }) => {
      const server = await serve(onlyOnce(does, responseText(202, "next")));
      const port = connect(server.host);

      expect(await outcome(port, outgoing, waits ? soon() : ample())).toBe(becomes);
      // The rest of this exchange must not affect the next message.
      expect(await outcome(port, reversal, ample())).toEqual({ status: 202, body: "next" });
    });

    test.each(noResponses[transport].filter(({ waits }) => waits))(
      "when the server $server, then its connection is dropped",
      async ({ does }) => {
        const server = await serve(does);

        await outcome(connect(server.host), outgoing, soon());

        await vi.waitFor(() => expect(server.connectionsInUse()).toBe(0));
        expect(server.requests.length).toBeLessThanOrEqual(1);
      },
    );

    test("when the server resets the connection as soon as it is open, then interrupted or, on some systems, unreachable", async () => {
      const server = await serve({ onConnection: (socket) => socket.resetAndDestroy() });

      expect(["interrupted", "unreachable"]).toContain(await outcome(connect(server.host), outgoing, ample()));
    });

    test("when no process listens, then unreachable", async () => {
      const port = await unusedPort();

      expect(await outcome(connect(`127.0.0.1:${port}`), outgoing, ample())).toBe("unreachable");
      expect(await outcome(connect(`localhost:${port}`), outgoing, ample())).toBe("unreachable");
    });

    test("when the host's name is not found, then unreachable", async () => {
      expect(await outcome(connect("https://no-such-host.invalid/suv/v1"), outgoing, ample())).toBe("unreachable");
    });

    test.each([301, 302, 303, 307, 308])(
      "when the server redirects (%i), then it is a response, and not followed",
      async (status) => {
        const elsewhere = await serve(writes(responseText(200)));
        const server = await serve(
          writes(responseText(status, "", [`location: http://${elsewhere.host}/suv/v1/vouchers`])),
        );

        expect(await outcome(connect(server.host), outgoing, ample())).toEqual({ status, body: "" });
        expect(elsewhere.connectionsEver()).toBe(0);
      },
    );
  });

  describe("what is sent", () => {
    test("a message with a body: Electrum's path, JSON that is not chunked, credentials", async () => {
      const server = await serve(writes(responseText(202)));

      await outcome(connect(server.host), reversal, ample());

      const json = JSON.stringify(reversal.message);
      const [head, body] = server.requests[0]?.split("\r\n\r\n") ?? [];
      expect(Buffer.from(body ?? "", "latin1").toString("utf8")).toBe(json);
      expect(head?.split("\r\n")).toEqual(
        expect.arrayContaining([
          "POST /suv/v1/vouchers/reversals HTTP/1.1",
          `authorization: Basic ${Buffer.from(`12345678:${PASSWORD}`).toString("base64")}`,
          "content-type: application/json",
          `content-length: ${Buffer.byteLength(json)}`,
          "accept: application/json",
          "accept-encoding: identity",
        ]),
      );
    });

    test("a message without a body: its key in the query, no content headers", async () => {
      const server = await serve(writes(responseText(200)));

      await outcome(connect(server.host), { operation: "lookupVoucher", message: { voucherCode: "a&b /ü" } }, ample());

      expect(server.requests[0]).toMatch(/^GET \/suv\/v1\/vouchers\?voucherCode=a%26b%20%2F%C3%BC HTTP\/1.1\r\n/);
      expect(server.requests[0]).not.toMatch(/^content-/im);
    });

    test.each(["", "/"])("a base URL with the ending %j", async (ending) => {
      const server = await serve(writes(responseText(202)));

      await outcome(connect(`http://${server.host}/suv/v1${ending}`), reversal, ample());

      expect(server.requests[0]).toMatch(/^POST \/suv\/v1\/vouchers\/reversals /);
    });

    test("credentials are read for each message, so a rotated password is used at once", async () => {
      const server = await serve(writes(responseText(202)));
      const tokens = ["first", "second"];
      const port = connect(server.host, { authorization: async () => `Bearer ${tokens.shift()}` });

      await outcome(port, reversal, ample());
      await outcome(port, reversal, ample());

      expect(server.requests.map((request) => /^authorization: (.*)\r$/m.exec(request)?.[1])).toEqual([
        "Bearer first",
        "Bearer second",
      ]);
    });

    test("connections are kept for the messages that follow", async () => {
      const server = await serve(writes(responseText(202, "{}")));
      const port = connect(server.host);

      for (let sent = 0; sent < 20; sent += 1) await outcome(port, reversal, ample());

      expect(server.requests).toHaveLength(20);
      // fetch opens a second one while the first still finishes its response.
      expect(server.connectionsEver()).toBeLessThanOrEqual(2);
    });
  });

  describe("what is not sent", () => {
    test.each([0, -1, Number.NEGATIVE_INFINITY, Number.NaN])(
      "a message whose deadline is %d ms ahead: notSent",
      async (ms) => {
        const server = await serve(writes(responseText(202)));

        expect(await outcome(connect(server.host, { now: () => 5_000 }), reversal, 5_000 + ms)).toBe("notSent");
        expect(server.connectionsEver()).toBe(0);
      },
    );

    test("a message whose credentials come after its deadline: notSent, before they come", async () => {
      const server = await serve(writes(responseText(202)));
      const never = connect(server.host, { authorization: () => new Promise<string>(() => {}) });

      expect(await outcome(never, reversal, soon())).toBe("notSent");
      expect(server.connectionsEver()).toBe(0);
    });

    test.each([
      [
        "throws",
        () => {
          throw new Error("vault sealed");
        },
      ],
      ["rejects", () => Promise.reject(new Error("vault sealed"))],
      ["has none", () => undefined],
      ["gives an empty one", () => ""],
      ["gives one that would begin another header", () => "Bearer a\r\nx-evil: b"],
      ["gives one that no header can hold", () => "Bearer \u{1f600}"],
    ])("a message when the callback for credentials %s: credentials", async (_what, authorization) => {
      const server = await serve(writes(responseText(202)));

      expect(await outcome(connect(server.host, { authorization }), reversal, ample())).toBe("credentials");
      expect(server.connectionsEver()).toBe(0);
    });

    test("a message that cannot be written as HTTP: notSent", async () => {
      const server = await serve(writes(responseText(202)));

      expect(
        await outcome(
          connect(server.host),
          { operation: "lookupVoucher", message: { voucherCode: "\ud800" } },
          ample(),
        ),
      ).toBe("notSent");
      expect(server.connectionsEver()).toBe(0);
    });
  });

  describe("time", () => {
    test("a wall clock that stops or is set back does not make the wait longer", async () => {
      const server = await serve({});
      let at = 5_000;
      const port = connect(server.host, { now: () => (at -= 1_000) });

      expect(await outcome(port, reversal, 4_100)).toBe("deadline");
    });

    test("a wall clock that is set past the deadline does not make a response late", async () => {
      const server = await serve(writes(responseText(202)));
      let at = 5_000;
      const port = connect(server.host, { now: () => (at += 60_000) });

      expect(await outcome(port, reversal, 125_000)).toEqual({ status: 202, body: "" });
    });

    test("a deadline too far for a timer does not end at once", async () => {
      const server = await serve(writes(responseText(202)));

      expect(await outcome(connect(server.host), reversal, Number.MAX_SAFE_INTEGER)).toEqual({ status: 202, body: "" });
      expect(await outcome(connect(server.host), reversal, Number.POSITIVE_INFINITY)).toEqual({
        status: 202,
        body: "",
      });
    });
  });

  describe("close", () => {
    test("messages under way are stopped, and their connections dropped; later messages are not sent", async () => {
      const server = await serve({});
      const port = connect(server.host);
      const underWay = [lookup, reversal, reversal].map((outgoing) => outcome(port, outgoing, ample()));
      await vi.waitFor(() => expect(server.requests).toHaveLength(3));

      port.close();

      expect(await Promise.all(underWay)).toEqual(["stopped", "stopped", "stopped"]);
      expect(await outcome(port, reversal, ample())).toBe("notSent");
      await vi.waitFor(() => expect(server.connectionsInUse()).toBe(0));
      expect(server.requests).toHaveLength(3);
    });

    test("a message that waits for the response's body is stopped too", async () => {
      const server = await serve(writes("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{"));
      const port = connect(server.host);
      const underWay = outcome(port, reversal, ample());
      await vi.waitFor(() => expect(server.requests).toHaveLength(1));

      port.close();

      expect(await underWay).toBe("stopped");
    });

    test("a message that still waits for its credentials is notSent", async () => {
      const server = await serve(writes(responseText(202)));
      const port = connect(server.host, { authorization: () => new Promise<string>(() => {}) });
      const underWay = outcome(port, reversal, ample());

      port.close();

      expect(await underWay).toBe("notSent");
      expect(server.connectionsEver()).toBe(0);
    });

    test("closing twice does nothing more", () => {
      const port = connect("127.0.0.1:9");

      port.close();

      expect(() => port.close()).not.toThrow();
    });
  });
});

describe("another fetch", () => {
  const never = new Promise<Response>(() => {});

  test.each<[string, typeof globalThis.fetch, HttpResponse | NoResponseCause]>([
    ["responds", async () => new Response("{}", { status: 201 }), { status: 201, body: "{}" }],
    ["neither settles nor heeds its signal", () => never, "deadline"],
    [
      "throws at once",
      () => {
        throw new Error("broken");
      },
      "interrupted",
    ],
    ["rejects with a DOMException", () => Promise.reject(new DOMException("gone")), "interrupted"],
    [
      "rejects with a code",
      () => Promise.reject(Object.assign(new Error(), { code: "UND_ERR_CONNECT_TIMEOUT" })),
      "unreachable",
    ],
  ])("when it %s", async (_what, fetch, becomes) => {
    const deadlineAt = becomes === "deadline" ? soon() : ample();

    expect(await outcome(portTo("https://electrum.invalid", { fetch }), reversal, deadlineAt)).toEqual(becomes);
  });

  test("it gets the message, with a signal that aborts it", async () => {
    const signals: (AbortSignal | null | undefined)[] = [];
    const sent: unknown[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      sent.push([request.method, request.url, request.redirect, await request.text()]);
      signals.push(init?.signal);
      return never;
    };

    await outcome(portTo("https://electrum.invalid", { fetch }), reversal, soon());

    expect(sent).toEqual([
      ["POST", "https://electrum.invalid/vouchers/reversals", "manual", JSON.stringify(reversal.message)],
    ]);
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
  });

  test("a message whose credentials block the whole process past its deadline: notSent", async () => {
    let fetched = 0;
    const port = portTo("https://electrum.invalid", {
      authorization: () => {
        holdUp(20);
        return "Bearer late";
      },
      fetch: async () => {
        fetched += 1;
        return new Response();
      },
    });

    expect(await outcome(port, reversal, Date.now() + 10)).toBe("notSent");
    expect(fetched).toBe(0);
  });

  test("a response that is complete after the deadline does not count, even if the process was too busy to notice", async () => {
    const port = portTo("https://electrum.invalid", {
      fetch: async () => {
        holdUp(250);
        return new Response("{}");
      },
    });

    expect(await outcome(port, reversal, Date.now() + 200)).toBe("deadline");
  });
});
