import type { Electrum } from "@electrum-vouchers/core/ports";
import { describe, expect, onTestFinished, test } from "vitest";
import { type LoopbackServer, responseText, serve } from "../test/loopback-server.ts";
import { lookup, reversal } from "../test/messages.ts";
import { ample, outcome, soon, transports } from "../test/port.ts";
import {
  createElectrumHttp,
  passwordGrant,
  type PasswordGrantCredentials,
  type PasswordGrantOptions,
} from "./index.ts";

// OAuth2's password grant, against a token server and a switch that are written out here.

const credentials: PasswordGrantCredentials = {
  username: "12345678",
  password: "pässword & more",
  clientId: "till:7",
  clientSecret: "client secret",
};

const issued = (token: string): string =>
  responseText(
    200,
    JSON.stringify({
      access_token: token,
      token_type: "bearer",
      expires_in: 3_600,
    }),
  );

/** A token server that answers with these, one after the other; the last one again and again. */
function serveTokens(...answers: readonly string[]): Promise<LoopbackServer> {
  let count = 0;
  return serve({
    onRequest: (socket) => {
      socket.write(answers[Math.min(count, answers.length - 1)] ?? "");
      count += 1;
    },
  });
}

const accepting = { onRequest: (socket: { write(text: string): unknown }) => socket.write(responseText(200, "{}")) };

const bearersOf = ({ requests }: LoopbackServer): readonly (string | undefined)[] =>
  requests.map((request) => /^authorization: (.*)\r$/im.exec(request)?.[1]);

function connect(
  electrum: LoopbackServer,
  tokens: Pick<LoopbackServer, "host">,
  transport: "ky" | "node",
  options: Partial<PasswordGrantOptions> = {},
): Electrum {
  const authorization = passwordGrant({
    tokenUrl: `http://${tokens.host}/oauth/token`,
    credentials: () => credentials,
    ...options,
  });
  const port = createElectrumHttp({
    baseUrl: `http://${electrum.host}/suv/v1`,
    authorization,
    transport,
  })._unsafeUnwrap();
  onTestFinished(() => port.close());
  return port;
}

describe.each(transports)("over %s", (transport) => {
  test("a token is asked for as RFC 6749 says, and each message goes under it", async () => {
    const [tokens, electrum] = [await serveTokens(issued("T-1")), await serve(accepting)];
    const port = connect(electrum, tokens, transport, { scope: "vouchers" });
    expect(await outcome(port, reversal, ample())).toMatchObject({ status: 200 });
    expect(await outcome(port, lookup, ample())).toMatchObject({ status: 200 });

    expect(bearersOf(electrum)).toEqual(["Bearer T-1", "Bearer T-1"]);
    expect(tokens.requests).toHaveLength(1);
    const [head = "", form = ""] = (tokens.requests[0] ?? "").split("\r\n\r\n");
    expect(head).toMatch(/^POST \/oauth\/token /);
    expect(head).toContain(`Basic ${Buffer.from("till%3A7:client+secret").toString("base64")}`);
    expect(head).toMatch(/content-type: application\/x-www-form-urlencoded/i);
    expect(Object.fromEntries(new URLSearchParams(form))).toEqual({
      grant_type: "password",
      username: credentials.username,
      password: credentials.password,
      scope: "vouchers",
    });
  });

  test("the client program may prove itself in the body", async () => {
    const [tokens, electrum] = [await serveTokens(issued("T-1")), await serve(accepting)];
    await outcome(connect(electrum, tokens, transport, { clientAuthentication: "body" }), reversal, ample());
    const [head = "", form = ""] = (tokens.requests[0] ?? "").split("\r\n\r\n");
    expect(head).not.toMatch(/^authorization:/im);
    expect(new URLSearchParams(form).get("client_secret")).toBe(credentials.clientSecret);
  });

  test("many callers at once cause one renewal", async () => {
    const [tokens, electrum] = [await serveTokens(issued("T-1")), await serve(accepting)];
    const port = connect(electrum, tokens, transport);
    await Promise.all(Array.from({ length: 20 }, () => outcome(port, reversal, ample())));
    expect(tokens.requests).toHaveLength(1);
    expect(electrum.requests).toHaveLength(20);
  });

  test("each client has a token of its own", async () => {
    const [tokens, electrum] = [await serveTokens(issued("T-1"), issued("T-2")), await serve(accepting)];
    const port = connect(electrum, tokens, transport, {
      credentials: (client = "") => ({ ...credentials, username: client }),
    });
    for (const client of ["shop", "kiosk", "shop"]) (await port.send(reversal, ample(), client))._unsafeUnwrap();
    expect(bearersOf(electrum)).toEqual(["Bearer T-1", "Bearer T-2", "Bearer T-1"]);
  });

  test("a 401 is reported, not repeated; the next message goes under another token, of the same number", async () => {
    const tokens = await serveTokens(issued("T-1"), issued("T-2"), issued("T-3"));
    const electrum = await serve({
      onRequest: (socket, request) => socket.write(responseText(request.includes("T-1") ? 401 : 200, "{}")),
    });
    const port = connect(electrum, tokens, transport);
    expect(await outcome(port, reversal, ample())).toMatchObject({ status: 401 });
    const refused = port.credentialsNumber?.();
    expect(bearersOf(electrum)).toEqual(["Bearer T-1"]);
    expect(await outcome(port, reversal, ample())).toMatchObject({ status: 200 });
    expect(bearersOf(electrum)).toEqual(["Bearer T-1", "Bearer T-2"]);
    // Something was accepted under it, so it has a number of its own.
    expect(port.credentialsNumber?.()).not.toBe(refused);
  });

  test("a 401 to the renewed token asks for no third one, and the number stays", async () => {
    const tokens = await serveTokens(issued("T-1"), issued("T-2"), issued("T-3"));
    const electrum = await serve({ onRequest: (socket) => socket.write(responseText(401)) });
    const port = connect(electrum, tokens, transport);
    const numbers: unknown[] = [];
    for (let count = 0; count < 5; count += 1) {
      await outcome(port, reversal, ample());
      numbers.push(port.credentialsNumber?.());
    }
    expect(tokens.requests).toHaveLength(2);
    expect(new Set(numbers).size).toBe(1);
  });

  test.each([
    ["refuses", responseText(400, '{"error":"invalid_grant"}')],
    ["answers no JSON", responseText(200, "<html>")],
    ["gives no token", responseText(200, '{"token_type":"bearer"}')],
    ["gives a token of another type", responseText(200, '{"access_token":"T","token_type":"mac"}')],
    ["gives a token that fits no header", responseText(200, '{"access_token":"T\\r\\nx: y","token_type":"bearer"}')],
    ["leads elsewhere", responseText(302, "", ["location: http://127.0.0.1:1/"])],
    ["answers too much", responseText(200, "x".repeat(70_000))],
  ])("if the token server %s, nothing is sent, and it is not asked for each message", async (_, answer) => {
    const [tokens, electrum] = [await serveTokens(answer), await serve(accepting)];
    const port = connect(electrum, tokens, transport);
    expect(await outcome(port, reversal, ample())).toBe("credentials");
    expect(await outcome(port, reversal, ample())).toBe("credentials");
    expect(electrum.requests).toHaveLength(0);
    expect(tokens.requests).toHaveLength(1);
  });

  test("if the token server is silent, a message's deadline ends as not sent", async () => {
    const [tokens, electrum] = [await serve({}), await serve(accepting)];
    expect(await outcome(connect(electrum, tokens, transport), reversal, soon())).toBe("notSent");
    expect(electrum.requests).toHaveLength(0);
  });

  test("if the token server is silent for its own deadline, there are no credentials", async () => {
    const [tokens, electrum] = [await serve({}), await serve(accepting)];
    const port = connect(electrum, tokens, transport, { tokenDeadlineMs: 50 });
    expect(await outcome(port, reversal, ample())).toBe("credentials");
  });

  test("closing ends the wait for a token", async () => {
    const [tokens, electrum] = [await serve({}), await serve(accepting)];
    const port = connect(electrum, tokens, transport);
    const sent = outcome(port, reversal, ample());
    port.close();
    expect(await sent).toBe("notSent");
  });

  test("credentials that throw send nothing, and show nothing", async () => {
    const [tokens, electrum] = [await serveTokens(issued("T-1")), await serve(accepting)];
    const port = connect(electrum, tokens, transport, {
      credentials: () => {
        throw new Error(credentials.password);
      },
    });
    expect(await outcome(port, reversal, ample())).toBe("credentials");
    expect(tokens.requests).toHaveLength(0);
  });
});

describe("the options", () => {
  const faultsOf = (authorization: object, trustedHosts?: readonly string[]): readonly string[] =>
    createElectrumHttp({
      baseUrl: "https://electrum.invalid",
      // @ts-expect-error -- a caller without types
      authorization,
      ...(trustedHosts === undefined ? {} : { trustedHosts }),
    }).match(
      () => [],
      (faults) => faults.map(({ path, expected }) => `${path} ${expected}`),
    );
  const right = { tokenUrl: "https://electrum.invalid/token", credentials: () => credentials };

  test("may be all that they can be", () => {
    const full = { ...right, clientAuthentication: "body" as const, scope: "s", tokenDeadlineMs: 5 };
    expect(faultsOf(passwordGrant(full))).toEqual([]);
  });

  test.each([
    [{ ...right, tokenUrl: "http://electrum.invalid/token" }, "authorization.tokenUrl must be https"],
    [{ ...right, tokenUrl: "https://user:hunter2@electrum.invalid" }, "authorization.tokenUrl must have no user name"],
    [{ ...right, credentials }, "authorization.credentials must be a function"],
    [{ ...right, tokenDeadlineMs: 0 }, "authorization.tokenDeadlineMs must be a whole number"],
    [{ ...right, password: "hunter2" }, "authorization.password is not a known option"],
  ])("are refused without their values: %o", (options, expected) => {
    // @ts-expect-error -- a caller without types
    const faults = faultsOf(passwordGrant(options));
    expect(faults).toEqual([expect.stringContaining(expected)]);
    expect(faults.join("")).not.toContain("hunter2");
  });

  test("name the containers that plain http may lead to", () => {
    const inside = passwordGrant({ ...right, tokenUrl: "http://tokens:8080/token" });
    expect(faultsOf(inside, ["tokens"])).toEqual([]);
    expect(faultsOf(inside, ["TOKENS"])).toEqual([]);
    expect(faultsOf(inside, ["tokens.example"])).toEqual([expect.stringContaining("authorization.tokenUrl")]);
  });

  test.each(["", "*", "*.example", "host:80", "http://host", "user@host", "host/path"])(
    "trust no host like %j",
    (host) => {
      expect(faultsOf(passwordGrant(right), [host])).toEqual([
        expect.stringContaining("trustedHosts.0 must be a host name"),
      ]);
    },
  );
});
