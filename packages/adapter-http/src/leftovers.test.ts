import { expect, test } from "vitest";
import { callFromAnotherProcess } from "../test/call.ts";
import { answer, serve } from "../test/loopback-server.ts";

test("given kept connections and messages under way, when the port is closed, then no socket and no timer keeps its process alive", {
  timeout: 30_000,
}, async () => {
  const server = await serve({
    // It never closes a connection, so that an open one can only be ended by its caller.
    onRequest: (socket) => server.requests.length <= 20 && socket.write(answer(202)),
  });

  const outcomes = await callFromAnotherProcess({ baseUrl: `http://${server.host}`, answered: 20, unanswered: 3 });

  expect(outcomes).toEqual([...Array.from({ length: 20 }, () => "202"), "stopped", "stopped", "stopped"]);
});
