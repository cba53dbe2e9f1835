import { expect, test } from "vitest";
import { callFromAnotherProcess } from "../test/call.ts";
import { answer, serve } from "../test/loopback-server.ts";
import { transports } from "../test/port.ts";

test.each(transports)(
  "over %s, given kept connections and messages under way, when the port is closed, then no socket and no timer keeps its process alive",
  {
    timeout: 30_000,
  },
  async (transport) => {
    const server = await serve({
      // It never closes a connection, so that an open one can only be ended by its caller.
      onRequest: (socket) => server.requests.length <= 20 && socket.write(answer(202)),
    });

    const outcomes = await callFromAnotherProcess({
      baseUrl: `http://${server.host}`,
      answered: 20,
      unanswered: 3,
      transport,
    });

    expect(outcomes).toEqual([...Array.from({ length: 20 }, () => "202"), "stopped", "stopped", "stopped"]);
  },
);
