import { describe, expect, it } from "vitest";
import { createCredentialNumbers } from "./credential-numbers.ts";

describe("the numbers of credentials", () => {
  it("stay the same while the credentials do", () => {
    const numbers = createCredentialNumbers();
    numbers.note("shop", "Basic one");
    const first = numbers.numberOf("shop");
    numbers.note("shop", "Basic one");
    expect(numbers.numberOf("shop")).toBe(first);
  });

  it("change when other credentials are configured, for that client alone", () => {
    const numbers = createCredentialNumbers();
    numbers.note("shop", "Basic one");
    numbers.note("kiosk", "Basic one");
    const before = [numbers.numberOf("shop"), numbers.numberOf("kiosk")];
    numbers.note("shop", "Basic two");
    expect(numbers.numberOf("shop")).not.toBe(before[0]);
    expect(numbers.numberOf("kiosk")).toBe(before[1]);
  });

  it("are 0 before the first message", () => {
    expect(createCredentialNumbers().numberOf("shop")).toBe(0);
  });

  it("are kept for a bounded number of clients", () => {
    const numbers = createCredentialNumbers();
    for (let index = 0; index <= 1_000; index += 1) numbers.note(`client ${index}`, "Basic one");
    expect(numbers.numberOf("client 0")).toBe(0);
    expect(numbers.numberOf("client 1000")).toBeGreaterThan(0);
  });
});
