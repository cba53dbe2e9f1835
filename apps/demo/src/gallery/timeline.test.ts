import type { Operation } from "@electrum-vouchers/core";
import { describe, expect, it } from "vitest";
import type { Message } from "./messages.ts";
import type { SeenMessage } from "./switch-view.ts";
import { type Line, timeline } from "./timeline.ts";

const sent = (at: number, operation: Operation, fared: string, id = "sale"): Message => ({ id, operation, at, fared });

const seen = (at: number, operation: Operation, name: Partial<SeenMessage> = { requestId: "sale" }): SeenMessage => ({
  at,
  operation,
  ...name,
});

const shown = (messages: readonly Message[], ...atProvider: readonly SeenMessage[]): readonly string[] =>
  timeline(messages, { name: "Netcare", queued: 0, seen: atProvider }).map(textOf);

const textOf = ({ from, to, operation, fared, times }: Line): string =>
  [`${from} → ${to}`, operation, fared, times > 1 ? `x ${times}` : ""].filter((part) => part !== "").join(" ");

describe("the messages of a flow, in order", () => {
  it("a message that reaches the provider stands after the one that caused it", () => {
    expect(
      shown(
        [sent(1, "provisionVoucher", "201"), sent(5, "confirmVoucher", "202")],
        seen(2, "provisionVoucher", { id: "sale" }),
        seen(6, "confirmVoucher"),
      ),
    ).toEqual([
      "till → Electrum provisionVoucher 201",
      "Electrum → Netcare provisionVoucher received",
      "till → Electrum confirmVoucher 202",
      "Electrum → Netcare confirmVoucher received",
    ]);
  });

  it("within one millisecond too", () => {
    expect(
      shown(
        [sent(1, "provisionVoucher", "201"), sent(1, "confirmVoucher", "202")],
        seen(1, "provisionVoucher", { id: "sale" }),
        seen(1, "confirmVoucher"),
      ),
    ).toEqual([
      "till → Electrum provisionVoucher 201",
      "Electrum → Netcare provisionVoucher received",
      "till → Electrum confirmVoucher 202",
      "Electrum → Netcare confirmVoucher received",
    ]);
  });

  it("one that the provider gets late stands where it got it", () => {
    expect(
      shown(
        [sent(1, "provisionVoucher", "no answer"), sent(5, "reverseVoucher", "202")],
        seen(9, "provisionVoucher", { id: "sale" }),
        seen(10, "reverseVoucher"),
      ),
    ).toEqual([
      "till → Electrum provisionVoucher no answer",
      "till → Electrum reverseVoucher 202",
      "Electrum → Netcare provisionVoucher received",
      "Electrum → Netcare reverseVoucher received",
    ]);
  });

  it("an advice that was acknowledged and never reaches the provider is said to stay", () => {
    expect(shown([sent(1, "reverseVoucher", "503"), sent(2, "reverseVoucher", "202")])).toEqual([
      "till → Electrum reverseVoucher 503",
      "till → Electrum reverseVoucher 202",
      "Electrum → Netcare reverseVoucher consumed, not forwarded",
    ]);
  });

  it("repeats of one message are one line, those of several sales are not", () => {
    expect(
      shown([
        sent(1, "confirmVoucher", "unreachable"),
        sent(2, "confirmVoucher", "unreachable"),
        sent(3, "confirmVoucher", "unreachable", "another sale"),
      ]),
    ).toEqual(["till → Electrum confirmVoucher unreachable x 2", "till → Electrum confirmVoucher unreachable"]);
  });
});
