import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { callFromAnotherProcess } from "../test/call.ts";
import { answer, serve, serveTls } from "../test/loopback-server.ts";
import { lookup, reversal } from "../test/messages.ts";
import { ample, outcome, portTo, transports } from "../test/port.ts";

const answers = { onRequest: (socket: NodeJS.WritableStream) => socket.write(answer(202)) };

/** Whom to trust is settled when a process starts. */
const trusting = {
  NODE_EXTRA_CA_CERTS: fileURLToPath(new URL("../test/certificate/certificate.pem", import.meta.url)),
};

describe.each(transports)("over %s", (transport) => {
  test.each([lookup, reversal])(
    "$operation to a server whose certificate nobody vouches for: insecure, and not sent",
    async (outgoing) => {
      const server = await serveTls(answers);

      expect(await outcome(portTo(`https://localhost:${server.port}`, { transport }), outgoing, ample())).toBe(
        "insecure",
      );
      expect(server.requests).toEqual([]);
    },
  );

  test("to a server whose certificate is trusted: an answer", { timeout: 30_000 }, async () => {
    const server = await serveTls(answers);

    expect(
      await callFromAnotherProcess({ baseUrl: `https://localhost:${server.port}`, answered: 1, transport }, trusting),
    ).toEqual(["202"]);
  });

  test("to a server with a trusted certificate for another name: insecure, and not sent", {
    timeout: 30_000,
  }, async () => {
    const server = await serveTls(answers);

    expect(
      await callFromAnotherProcess({ baseUrl: `https://${server.host}`, answered: 1, transport }, trusting),
    ).toEqual(["insecure"]);
    expect(server.requests).toEqual([]);
  });

  test("to a server that speaks plain HTTP: insecure, and nothing readable was sent", async () => {
    const server = await serve({ onConnection: (socket) => socket.write(answer(400)) });

    expect(await outcome(portTo(`https://${server.host}`, { transport }), reversal, ample())).toBe("insecure");
    expect(server.requests).toEqual([]);
  });

  test("to a server that breaks the handshake off: interrupted, for nobody says why", async () => {
    const server = await serve({ onConnection: (socket) => socket.on("data", () => void socket.destroy()) });

    expect(await outcome(portTo(`https://${server.host}`, { transport }), reversal, ample())).toBe("interrupted");
  });
});
