import { expect, test } from "vitest";
import { callFromAnotherProcess } from "../test/call.ts";
import { responseText, serve } from "../test/loopback-server.ts";
import { transports } from "../test/port.ts";

test.each(transports)(
  "over %s, given kept connections and messages under way, when the port is closed, then no socket and no timer keeps its process alive",
  {
    timeout: 30_000,
  },
  async (transport) => {
    const server = await serve({
      // It never closes a connection, so only the caller can.
      onRequest: (socket) => server.requests.length <= 20 && socket.write(responseText(202)),
    });

    const outcomes = await callFromAnotherProcess({
      baseUrl: `http://${server.host}`,
      withResponse: 20,
      withoutResponse: 3,
      transport,
    });

    expect(outcomes).toEqual([...Array.from({ length: 20 }, () => "202"), "stopped", "stopped", "stopped"]);
  },
);
