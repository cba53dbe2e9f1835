import type { Operation } from "@electrum-vouchers/core";
import { describe, expect, it } from "vitest";
import type { SentMessage } from "./sent-messages.ts";
import type { ProviderMessage } from "./switch-admin.ts";
import { type TimelineEntry, buildTimeline } from "./timeline.ts";

const sentMessage = (at: number, operation: Operation, outcome: string, id = "sale"): SentMessage => ({
  id,
  operation,
  at,
  outcome,
});

const providerMessage = (
  at: number,
  operation: Operation,
  name: Partial<ProviderMessage> = { requestId: "sale" },
): ProviderMessage => ({
  at,
  operation,
  ...name,
});

const renderTimeline = (
  messages: readonly SentMessage[],
  ...providerMessages: readonly ProviderMessage[]
): readonly string[] =>
  buildTimeline(messages, { name: "Netcare", queued: 0, receivedMessages: providerMessages }).map(textOf);

const textOf = ({ from, to, operation, outcome, times }: TimelineEntry): string =>
  [`${from} → ${to}`, operation, outcome, times > 1 ? `x ${times}` : ""].filter((part) => part !== "").join(" ");

describe("the messages of a flow, in order", () => {
  it("a message that reaches the provider stands after the one that caused it", () => {
    expect(
      renderTimeline(
        [sentMessage(1, "provisionVoucher", "201"), sentMessage(5, "confirmVoucher", "202")],
        providerMessage(2, "provisionVoucher", { id: "sale" }),
        providerMessage(6, "confirmVoucher"),
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
      renderTimeline(
        [sentMessage(1, "provisionVoucher", "201"), sentMessage(1, "confirmVoucher", "202")],
        providerMessage(1, "provisionVoucher", { id: "sale" }),
        providerMessage(1, "confirmVoucher"),
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
      renderTimeline(
        [sentMessage(1, "provisionVoucher", "no answer"), sentMessage(5, "reverseVoucher", "202")],
        providerMessage(9, "provisionVoucher", { id: "sale" }),
        providerMessage(10, "reverseVoucher"),
      ),
    ).toEqual([
      "till → Electrum provisionVoucher no answer",
      "till → Electrum reverseVoucher 202",
      "Electrum → Netcare provisionVoucher received",
      "Electrum → Netcare reverseVoucher received",
    ]);
  });

  it("an advice that was acknowledged and never reaches the provider is said to stay", () => {
    expect(renderTimeline([sentMessage(1, "reverseVoucher", "503"), sentMessage(2, "reverseVoucher", "202")])).toEqual([
      "till → Electrum reverseVoucher 503",
      "till → Electrum reverseVoucher 202",
      "Electrum → Netcare reverseVoucher consumed, not forwarded",
    ]);
  });

  it("repeats of one message are one line, those of several sales are not", () => {
    expect(
      renderTimeline([
        sentMessage(1, "confirmVoucher", "unreachable"),
        sentMessage(2, "confirmVoucher", "unreachable"),
        sentMessage(3, "confirmVoucher", "unreachable", "another sale"),
      ]),
    ).toEqual(["till → Electrum confirmVoucher unreachable x 2", "till → Electrum confirmVoucher unreachable"]);
  });
});
