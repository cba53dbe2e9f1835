import { describe, expect, test } from "vitest";
import { emptyResponse, errorResponse, htmlResponse, jsonResponse } from "../../test/responses.ts";
import type { Json } from "../json.ts";
import { classifyProducts } from "./products.ts";

const game = { productId: "GAME100", name: "Game 100", amount: { amount: 10_000, currency: "710" } };

describe("where the list of products is", () => {
  test.each<[string, Json]>([
    ["the body itself", [game]],
    ["the one field that is an array, whatever its name", { products: [game] }],
    ["beside other fields", { time: "2026-03-01T08:00:00.000Z", listing: [game], page: { number: 1 } }],
  ])("%s", (_, body) => {
    expect(classifyProducts(jsonResponse(200, body))).toEqual({ outcome: "listed", products: [game], unreadable: 0 });
  });

  test.each<[string, Json]>([
    ["nowhere", { products: game }],
    ["in one of two arrays", { products: [game], others: [game] }],
    ["in no object", "GAME100"],
  ])("%s: Electrum did not say it", (_, body) => {
    expect(classifyProducts(jsonResponse(200, body))).toMatchObject({ reason: "notElectrum", error: { status: 200 } });
  });
});

describe("what is read of a product", () => {
  test("every field of it that reads, and no other", () => {
    const full = {
      ...game,
      barcode: "6001234567890",
      description: "A voucher",
      minAmount: { amount: 100, currency: "710" },
      maxAmount: { amount: 500, currency: "710", ledgerIndicator: "CREDIT" },
    };
    const body = [
      { ...full, category: "games" },
      { ...game, name: 1, amount: "R100", barcode: null },
    ];

    expect(classifyProducts(jsonResponse(200, body))).toEqual({
      outcome: "listed",
      products: [full, { productId: "GAME100" }],
      unreadable: 0,
    });
  });

  test("one without its productId is counted", () => {
    const body = [{ name: "no id" }, { productId: 7 }, { productId: "" }, null, "GAME100", game];

    expect(classifyProducts(jsonResponse(200, body))).toEqual({ outcome: "listed", products: [game], unreadable: 5 });
  });

  test.each<[string, Json]>([
    ["an empty list", []],
    ["a list of which nothing reads", [{ name: "no id" }]],
  ])("%s is no good list", (_, body) => {
    expect(classifyProducts(jsonResponse(200, body))).toMatchObject({ reason: "unavailable", error: { status: 200 } });
  });
});

test.each([
  ["a gateway's page", htmlResponse(200), "notElectrum"],
  ["an address without this operation", htmlResponse(404), "notElectrum"],
  ["a method that is not allowed", emptyResponse(405), "notElectrum"],
  ["Electrum does not offer it", errorResponse(501, "FUNCTION_NOT_SUPPORTED"), "refused"],
  ["Electrum is in trouble", errorResponse(503, "UPSTREAM_UNAVAILABLE"), "unavailable"],
  ["an error with a success", jsonResponse(200, { errorType: "GENERAL_ERROR", products: [game] }), "unavailable"],
  ["wrong credentials", emptyResponse(401), "notAuthorised"],
] as const)("%s: there is no list, and the reason", (_, response, reason) => {
  expect(classifyProducts(response)).toMatchObject({ outcome: "cannotTellYet", reason });
});
