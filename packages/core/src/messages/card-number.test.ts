import { describe, expect, test } from "vitest";
import { provisionRequest } from "../../test/messages.ts";
import { findCardNumbersInText, maskCardNumber, maskCardNumbersInText } from "./card-number.ts";
import { parseProvisionRequest, parseTenders } from "./parse.ts";

const PAN = "4111111111111111";
const MASKED = "411111******1111";

describe("of a card number, at most the first six and the last four digits are in clear", () => {
  test.each([
    [PAN, MASKED],
    ["4111 1111 1111 1111", MASKED],
    ["4111-1111-1111-1111", MASKED],
    ["411111xxxxxx1111", MASKED],
    [MASKED, MASKED],
    ["411111*****11111", MASKED],
    ["4111111111111111110", "411111*********1110"],
    ["41111111111", "411111*1111"],
    ["4111111111", "4111111111"],
    ["411111", "411111"],
  ])("%s becomes %s", (given, masked) => {
    expect(maskCardNumber(given)).toBe(masked);
    const tender = { amount: { amount: 1, currency: "710" }, tenderType: "CREDIT_CARD", cardNumber: given };
    expect(parseTenders([tender])._unsafeUnwrap()).toMatchObject([{ cardNumber: masked }]);
    const request = parseProvisionRequest({ ...provisionRequest, tenders: [tender] })._unsafeUnwrap();
    expect(request.tenders).toMatchObject([{ cardNumber: masked }]);
    expect(maskCardNumber(masked)).toBe(masked);
  });
});

describe("card numbers in free text", () => {
  const message = {
    ...provisionRequest,
    basketRef: `card ${PAN}, thanks`,
    voucher: { code: PAN, serialNumber: PAN, redeemInstructions: ["none", "4111 1111 1111 1111"] },
    slipData: { messageLines: [{ text: PAN }, { text: "no number" }] },
    tenders: [{ amount: { amount: 4, currency: "710" }, tenderType: "OTHER", reference: "5500-0000-0000-0004" }],
    thirdPartyIdentifiers: [{ institutionId: PAN, transactionIdentifier: PAN }],
  };

  test("are masked, and nothing else is changed: no code, no id, no serial number", () => {
    expect(maskCardNumbersInText(message)).toEqual({
      ...message,
      basketRef: `card ${MASKED}, thanks`,
      voucher: { ...message.voucher, redeemInstructions: ["none", MASKED] },
      slipData: { messageLines: [{ text: MASKED }, { text: "no number" }] },
      tenders: [{ ...message.tenders[0], reference: "550000******0004" }],
    });
  });

  test("or are refused, each by its place", () => {
    expect(findCardNumbersInText(message).map(({ path }) => path)).toEqual([
      "basketRef",
      "voucher.redeemInstructions.1",
      "slipData.messageLines.0.text",
      "tenders.0.reference",
    ]);
  });

  test.each([
    ["a number that fails the check", "4111111111111112"],
    ["twelve digits", "411111111113"],
    ["twenty digits", `${PAN}0000`],
    ["a telephone number", "+27 82 123 4567"],
    ["words", "a basket"],
  ])("%s is none", (_, basketRef) => {
    const harmless = { ...provisionRequest, basketRef };
    expect(maskCardNumbersInText(harmless)).toBe(harmless);
    expect(findCardNumbersInText(harmless)).toEqual([]);
  });
});
