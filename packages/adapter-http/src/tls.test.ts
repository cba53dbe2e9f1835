import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { callFromAnotherProcess } from "../test/call.ts";
import { responseText, serve, serveTls } from "../test/loopback-server.ts";
import { lookup, reversal } from "../test/messages.ts";
import { ample, outcome, portTo, transports } from "../test/port.ts";

const respondsOk = { onRequest: (socket: NodeJS.WritableStream) => socket.write(responseText(202)) };

/** Node reads trusted certificates only when a process starts. */
const trusting = {
  NODE_EXTRA_CA_CERTS: fileURLToPath(new URL("../test/certificate/certificate.pem", import.meta.url)),
};

describe.each(transports)("over %s", (transport) => {
  test.each([lookup, reversal])(
    "$operation to a server with an untrusted certificate: insecure, and not sent",
    async (outgoing) => {
      const server = await serveTls(respondsOk);

      expect(await outcome(portTo(`https://localhost:${server.port}`, { transport }), outgoing, ample())).toBe(
        "insecure",
      );
      expect(server.requests).toEqual([]);
    },
  );

  test("to a server with a trusted certificate: a response", { timeout: 30_000 }, async () => {
    const server = await serveTls(respondsOk);

    expect(
      await callFromAnotherProcess(
        { baseUrl: `https://localhost:${server.port}`, withResponse: 1, transport },
        trusting,
      ),
    ).toEqual(["202"]);
  });

  test("to a server with a trusted certificate for another name: insecure, and not sent", {
    timeout: 30_000,
  }, async () => {
    const server = await serveTls(respondsOk);

    expect(
      await callFromAnotherProcess({ baseUrl: `https://${server.host}`, withResponse: 1, transport }, trusting),
    ).toEqual(["insecure"]);
    expect(server.requests).toEqual([]);
  });

  test("to a server that speaks plain HTTP: insecure, and nothing readable was sent", async () => {
    const server = await serve({ onConnection: (socket) => socket.write(responseText(400)) });

    expect(await outcome(portTo(`https://${server.host}`, { transport }), reversal, ample())).toBe("insecure");
    expect(server.requests).toEqual([]);
  });

  test("to a server that aborts the handshake: interrupted, since the error does not say why", async () => {
    const server = await serve({ onConnection: (socket) => socket.on("data", () => void socket.destroy()) });

    expect(await outcome(portTo(`https://${server.host}`, { transport }), reversal, ample())).toBe("interrupted");
  });
});
