import {
  type Advice,
  type HttpResponse,
  classifyProducts,
  classifyRedemptionStatus,
  type Request,
} from "@electrum-vouchers/core";
import { checkError } from "./errors.ts";
import { advices, ID, requests } from "./messages.ts";
import { type Violations, type SystemUnderTest, violationUnless } from "./system-under-test.ts";
import { deriveAdviceOutcome, deriveOutcome, isUnnamedError } from "./expected-outcomes.ts";

/** Classifies one response as the response to every message, and compares each result with the expected one. */
export const checkClassifications = (system: SystemUnderTest, response: HttpResponse): Violations => [
  ...requests.flatMap((request) => checkRequestOutcome(system, request, response)),
  ...advices.flatMap((advice) => checkAdviceOutcome(system, advice, response)),
  ...checkRedemptionStatus(response),
  ...checkProducts(response),
];

function checkRequestOutcome(
  { classifyResponse }: SystemUnderTest,
  request: Request,
  response: HttpResponse,
): Violations {
  const outcome = classifyResponse(request, response);
  const read = outcome.outcome === "unknown" && outcome.cause === "foreign" ? "foreign" : outcome.outcome;
  const asked = request.operation === "lookupVoucher" ? request.message : undefined;
  const expected = deriveOutcome(request.operation, ID, response, asked);
  const isUnnamed = isUnnamedError(request.operation, ID, response);
  return [
    ...violationUnless(read === expected, `${request.operation}: read as ${read}, is ${expected}`),
    ...checkError(outcome.outcome === "approved" ? undefined : outcome.error, response, isUnnamed),
  ];
}

function checkAdviceOutcome(
  { classifyAdviceResponse }: SystemUnderTest,
  advice: Advice,
  response: HttpResponse,
): Violations {
  const outcome = classifyAdviceResponse(advice, response);
  const read = "acknowledgement" in outcome ? `${outcome.outcome} ${outcome.acknowledgement}` : outcome.outcome;
  const expected = deriveAdviceOutcome(advice.operation, advice.message, response);
  return [
    ...violationUnless(read === expected, `${advice.operation}: read as ${read}, is ${expected}`),
    ...checkError("error" in outcome ? outcome.error : undefined, response),
  ];
}

/** A redemption that is looked up counts as approved exactly if the same response would approve its request. */
function checkRedemptionStatus(response: HttpResponse): Violations {
  const status = classifyRedemptionStatus(ID, response);
  const isRead = status.outcome === "processed" && status.result === "approved";
  const isApproved = deriveOutcome("lookupRedemption", ID, response) === "approved";
  return violationUnless(isRead === isApproved, `classifyRedemptionStatus: read as ${status.outcome}`);
}

/** Whatever comes, a list of products has some, and each has its id. */
function checkProducts(response: HttpResponse): Violations {
  const read = classifyProducts(response);
  const isGood = read.outcome !== "listed" || (read.products.length > 0 && read.products.every(hasId));
  return violationUnless(isGood, "classifyProducts: listed a product without its id, or none");
}

const hasId = ({ productId }: { readonly productId: string }): boolean => productId !== "";
