import { describe, expect, it } from "vitest";
import type { MessageCredentials } from "./authorization.ts";
import { createCredentialNumbers } from "./credential-numbers.ts";

const plain = (header: string): MessageCredentials => ({ header, identity: header });
const token = (header: string, identity = "one"): MessageCredentials => ({ header, identity });

describe("the numbers of credentials", () => {
  it("stay the same while the credentials do", () => {
    const numbers = createCredentialNumbers();
    numbers.note("shop", plain("Basic one"));
    const first = numbers.numberOf("shop");
    numbers.note("shop", plain("Basic one"));
    expect(numbers.numberOf("shop")).toBe(first);
  });

  it("change when other credentials are configured, for that client alone", () => {
    const numbers = createCredentialNumbers();
    numbers.note("shop", plain("Basic one"));
    numbers.note("kiosk", plain("Basic one"));
    const before = [numbers.numberOf("shop"), numbers.numberOf("kiosk")];
    numbers.note("shop", plain("Basic two"));
    expect(numbers.numberOf("shop")).not.toBe(before[0]);
    expect(numbers.numberOf("kiosk")).toBe(before[1]);
  });

  it("are 0 before the first message", () => {
    expect(createCredentialNumbers().numberOf("shop")).toBe(0);
  });

  it("are kept for a bounded number of clients", () => {
    const numbers = createCredentialNumbers();
    for (let index = 0; index <= 1_000; index += 1) numbers.note(`client ${index}`, plain("Basic one"));
    expect(numbers.numberOf("client 0")).toBe(0);
    expect(numbers.numberOf("client 1000")).toBeGreaterThan(0);
  });

  describe("of which tokens are made", () => {
    it("are kept by a renewed token until something was accepted under it, so that it ends no halt by being new", () => {
      const numbers = createCredentialNumbers();
      numbers.note("shop", token("Bearer 1"));
      numbers.accepted("shop", token("Bearer 1"));
      const first = numbers.numberOf("shop");
      numbers.note("shop", token("Bearer 2"));
      expect(numbers.numberOf("shop")).toBe(first);
      numbers.accepted("shop", token("Bearer 2"));
      const second = numbers.numberOf("shop");
      expect(second).not.toBe(first);
      numbers.accepted("shop", token("Bearer 2"));
      expect(numbers.numberOf("shop")).toBe(second);
    });

    it("do not change by the first acceptance", () => {
      const numbers = createCredentialNumbers();
      numbers.note("shop", token("Bearer 1"));
      const first = numbers.numberOf("shop");
      numbers.accepted("shop", token("Bearer 1"));
      expect(numbers.numberOf("shop")).toBe(first);
    });

    it("change at once if other credentials are configured, whatever is accepted under the old ones later", () => {
      const numbers = createCredentialNumbers();
      numbers.note("shop", token("Bearer 1"));
      const first = numbers.numberOf("shop");
      numbers.note("shop", token("Bearer 2", "two"));
      const second = numbers.numberOf("shop");
      expect(second).not.toBe(first);
      numbers.accepted("shop", token("Bearer 1"));
      expect(numbers.numberOf("shop")).toBe(second);
    });
  });
});
