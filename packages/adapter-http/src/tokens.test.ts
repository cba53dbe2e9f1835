import { describe, expect, test } from "vitest";
import { passwordGrant } from "./password-grant.ts";
import { createTokens, type Tokens } from "./tokens.ts";
import type { TransportResponse } from "./transport.ts";

// When a token is used, renewed and given up, on a clock that the test sets.

interface Play {
  readonly tokens: Tokens;
  /** Sets the clock, in seconds. */
  readonly at: (seconds: number) => void;
  /** How many tokens were asked for. */
  readonly asked: () => number;
  /** What the next requests for a token meet: a token, or a failure. */
  readonly server: { gives: "tokens" | "nothing" };
  /** The password from now on. */
  readonly configure: (password: string) => void;
}

function play(expiresIn: unknown = 100): Play {
  let [nowMs, asked, password] = [0, 0, "one"];
  const server: Play["server"] = { gives: "tokens" };
  const send = (): Promise<TransportResponse> => {
    asked += 1;
    const token = { access_token: `T-${asked}`, token_type: "Bearer", expires_in: expiresIn };
    return Promise.resolve({
      status: server.gives === "tokens" ? 200 : 503,
      body: JSON.stringify(token),
      retryAfter: null,
    });
  };
  const grant = passwordGrant({
    tokenUrl: "https://electrum.invalid/token",
    credentials: () => ({ username: "shop", password, clientId: "till", clientSecret: "secret" }),
  });
  return {
    tokens: createTokens(grant, { send, close: () => {} }, () => nowMs),
    at: (seconds) => {
      nowMs = seconds * 1_000;
    },
    asked: () => asked,
    server,
    configure: (next) => {
      password = next;
    },
  };
}

const headerOf = async (tokens: Tokens): Promise<string | undefined> => (await tokens.current("shop"))?.header;

/** Lets a renewal beside the messages end. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe("a token", () => {
  test("serves until four fifths of its life are over; then the next is asked for while it still serves", async () => {
    const { tokens, at, asked } = play();
    expect(await headerOf(tokens)).toBe("Bearer T-1");
    at(79);
    expect([await headerOf(tokens), asked()]).toEqual(["Bearer T-1", 1]);
    at(81);
    expect(await headerOf(tokens)).toBe("Bearer T-1");
    await settle();
    expect([await headerOf(tokens), asked()]).toEqual(["Bearer T-2", 2]);
  });

  test("is not used in its last seconds: a message waits for the next", async () => {
    const { tokens, at } = play();
    await headerOf(tokens);
    at(96);
    expect(await headerOf(tokens)).toBe("Bearer T-2");
  });

  test("serves to its end if the next is not to be had, which is asked for once a second", async () => {
    const { tokens, at, asked, server } = play();
    await headerOf(tokens);
    server.gives = "nothing";
    for (const seconds of [81, 81.5, 82.5, 94]) {
      at(seconds);
      expect(await headerOf(tokens)).toBe("Bearer T-1");
      await settle();
    }
    expect(asked()).toBe(4);
    at(96);
    expect(await headerOf(tokens)).toBeUndefined();
    server.gives = "tokens";
    at(98);
    expect(await headerOf(tokens)).toBe("Bearer T-6");
  });

  test.each([
    ["nothing", null, 290, 296],
    ["text", "100", 90, 96],
    ["nonsense", "soon", 290, 296],
    ["a negative number", -5, 290, 296],
    ["a century", 3e9, 80_000, 86_396],
  ])("whose life is told as %s", async (_, expiresIn, alive, over) => {
    const { tokens, at, server } = play(expiresIn);
    await headerOf(tokens);
    server.gives = "nothing";
    at(alive);
    expect(await headerOf(tokens)).toBe("Bearer T-1");
    at(over);
    expect(await headerOf(tokens)).toBeUndefined();
  });
});

describe("a 401", () => {
  test("makes the token stale, once a minute while nothing is accepted", async () => {
    const { tokens, at, asked } = play();
    tokens.refused("shop", (await headerOf(tokens)) ?? "");
    tokens.refused("shop", (await headerOf(tokens)) ?? "");
    expect([await headerOf(tokens), asked()]).toEqual(["Bearer T-2", 2]);
    at(61);
    tokens.refused("shop", "Bearer T-2");
    expect([await headerOf(tokens), asked()]).toEqual(["Bearer T-3", 3]);
  });

  test("after something was accepted makes the token stale at once", async () => {
    const { tokens } = play();
    tokens.refused("shop", (await headerOf(tokens)) ?? "");
    tokens.accepted("shop", (await headerOf(tokens)) ?? "");
    tokens.refused("shop", "Bearer T-2");
    expect(await headerOf(tokens)).toBe("Bearer T-3");
  });

  test("to a token that was replaced meanwhile changes nothing", async () => {
    const { tokens, asked } = play();
    tokens.refused("shop", (await headerOf(tokens)) ?? "");
    await headerOf(tokens);
    for (let late = 0; late < 5; late += 1) tokens.refused("shop", "Bearer T-1");
    expect([await headerOf(tokens), asked()]).toEqual(["Bearer T-2", 2]);
  });
});

test("tokens of the same credentials have the same identity, which is none of them", async () => {
  const { tokens, configure } = play();
  const first = await tokens.current("shop");
  tokens.refused("shop", first?.header ?? "");
  const second = await tokens.current("shop");
  expect(second?.identity).toBe(first?.identity);
  tokens.accepted("shop", second?.header ?? "");
  tokens.refused("shop", second?.header ?? "");
  configure("two");
  const third = await tokens.current("shop");
  expect(third?.identity).not.toBe(first?.identity);
  expect(JSON.stringify([first, second, third])).not.toMatch(/one|two|secret/);
});

test("they are kept for a bounded number of clients", async () => {
  const { tokens, asked } = play();
  for (let client = 0; client <= 1_000; client += 1) await tokens.current(`client ${client}`);
  await tokens.current("client 1000");
  expect(asked()).toBe(1_001);
  await tokens.current("client 0");
  expect(asked()).toBe(1_002);
});

test("after closing there are none", async () => {
  const { tokens, asked } = play();
  tokens.close();
  expect([await headerOf(tokens), asked()]).toEqual([undefined, 0]);
});
