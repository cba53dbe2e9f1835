import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { createOwnHostCheck } from "./own-host.ts";
import { startSimulator } from "./simulator.ts";

const onLoopback = createOwnHostCheck({ host: "127.0.0.1", allowHosts: ["electrum.test"] });

describe("a request to the administration", () => {
  test.each(["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "localhost", "LOCALHOST:1", "electrum.test:8080"])(
    "sent to %s is the simulator's own",
    (host) => {
      expect(onLoopback({ host })).toBe(true);
      expect(onLoopback({ host, origin: `http://${host}` })).toBe(true);
    },
  );

  test.each([
    "attacker.example:8080",
    "127.0.0.1.attacker.example",
    "10.0.0.7:8080",
    "",
    "a b",
    "localhost@attacker.example",
  ])("sent to %s is not", (host) => {
    expect(onLoopback({ host })).toBe(false);
  });

  test("without a host is not", () => {
    expect(onLoopback({})).toBe(false);
  });

  test.each(["http://attacker.example", "null", "https://10.0.0.7", "file://"])("of a page of %s is not", (origin) => {
    expect(onLoopback({ host: "localhost:8080", origin })).toBe(false);
  });

  test("sent to any address of digits is its own if it listens on all of them, and a name is not", () => {
    const onAll = createOwnHostCheck({ host: "0.0.0.0", allowHosts: [] });
    expect(onAll({ host: "10.0.0.7:8080" })).toBe(true);
    expect(onAll({ host: "attacker.example:8080" })).toBe(false);
    expect(onAll({ host: "10.0.0.7:8080", origin: "http://attacker.example" })).toBe(false);
  });
});

describe("a simulator", () => {
  const send = (url: string, method: string, headers: Readonly<Record<string, string>>): Promise<number> =>
    new Promise((resolve, reject) => {
      const sent = request(url, { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.once("error", reject).end();
    });

  test("gives a page of another site nothing of its administration, and resets nothing for it", async () => {
    const simulator = await startSimulator({ allowHosts: ["electrum.test"] });
    const resetUrl = new URL("/testServerAdmin/reset", simulator.url).href;
    const foreign = [{ origin: "http://attacker.example" }, { host: "attacker.example" }];

    for (const headers of foreign) {
      expect(await send(`${simulator.adminUrl}/ledger`, "GET", headers)).toBe(403);
      expect(await send(`${simulator.adminUrl}/reset`, "POST", headers)).toBe(403);
      expect(await send(resetUrl, "POST", headers)).toBe(403);
    }
    expect(await send(`${simulator.adminUrl}/reset`, "POST", {})).toBe(204);
    expect(await send(`${simulator.adminUrl}/ledger`, "GET", { host: "electrum.test" })).toBe(200);
    await simulator.stop();
  });
});
