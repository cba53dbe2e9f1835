import { describe, expect, test, vi } from "vitest";
import { callFromAnotherProcess } from "../test/call.ts";
import { responseText, serve, serveTls } from "../test/loopback-server.ts";
import { reversal } from "../test/messages.ts";
import { ample, outcome, portTo } from "../test/port.ts";
import { usesProxyFor, verifiesCertificates } from "./environment.ts";

const respondsOk = { onRequest: (socket: NodeJS.WritableStream) => socket.write(responseText(202)) };

describe("an environment that switches the check of certificates off", { timeout: 30_000 }, () => {
  const unsafe = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };

  test("is overruled by the transport node", async () => {
    const server = await serveTls(respondsOk);
    const baseUrl = `https://localhost:${server.port}`;

    expect(await callFromAnotherProcess({ baseUrl, withResponse: 1, transport: "node" }, unsafe)).toEqual(["insecure"]);
    expect(server.requests).toEqual([]);
  });

  test("is refused with ky, which cannot overrule it", async () => {
    const server = await serveTls(respondsOk);
    const baseUrl = `https://localhost:${server.port}`;

    await expect(callFromAnotherProcess({ baseUrl, withResponse: 1, transport: "ky" }, unsafe)).rejects.toThrow(
      "NODE_TLS_REJECT_UNAUTHORIZED",
    );
    expect(server.requests).toEqual([]);
  });

  test("is noticed if it changes later: nothing is sent", async () => {
    const server = await serveTls(respondsOk);
    const port = portTo(`https://localhost:${server.port}`, { transport: "ky" });
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");

    expect(await outcome(port, reversal, ample())).toBe("insecure");
    expect(server.requests).toEqual([]);
    vi.unstubAllEnvs();
  });

  test("matters for https only", async () => {
    const server = await serve(respondsOk);
    const baseUrl = `http://${server.host}`;

    expect(await callFromAnotherProcess({ baseUrl, withResponse: 1, transport: "ky" }, unsafe)).toEqual(["202"]);
  });

  test("is known by the one value that Node knows", () => {
    expect(
      ["0", "1", "", undefined].map((value) => verifiesCertificates({ NODE_TLS_REJECT_UNAUTHORIZED: value })),
    ).toEqual([false, true, true, true]);
  });
});

describe("a proxy of the environment", { timeout: 30_000 }, () => {
  test("never gets a plain message: node uses none, and ky is refused", async () => {
    const server = await serve(respondsOk);
    const proxy = await serve(respondsOk);
    const baseUrl = `http://${server.host}`;
    const environment = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: `http://${proxy.host}`, NO_PROXY: "", no_proxy: "" };

    expect(await callFromAnotherProcess({ baseUrl, withResponse: 1, transport: "node" }, environment)).toEqual(["202"]);
    await expect(callFromAnotherProcess({ baseUrl, withResponse: 1, transport: "ky" }, environment)).rejects.toThrow(
      "HTTP_PROXY",
    );
    expect(proxy.requests).toEqual([]);
  });

  test.each<[string, Record<string, string>, boolean]>([
    ["is used if Node is told to", { NODE_USE_ENV_PROXY: "1", http_proxy: "http://proxy:1" }, true],
    [
      "is used if Node is told to by an option",
      { NODE_OPTIONS: "--use-env-proxy", HTTP_PROXY: "http://proxy:1" },
      true,
    ],
    ["is not used if Node is not told to", { HTTP_PROXY: "http://proxy:1" }, false],
    ["is not used if there is none", { NODE_USE_ENV_PROXY: "1" }, false],
    [
      "is not used for a host that is excepted",
      { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: "http://proxy:1", NO_PROXY: "localhost,::1" },
      false,
    ],
    [
      "is not used if all are excepted",
      { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: "http://proxy:1", no_proxy: "*" },
      false,
    ],
  ])("%s", (_, environment, isUsed) => {
    expect(usesProxyFor("[::1]", environment)).toBe(isUsed);
  });
});
