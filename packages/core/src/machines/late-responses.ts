// A response that comes too late, or a second one. It is never acted on. If it is an approval, it is evidence: Electrum holds something that
// the transaction does not say, and an operator must look.

import type { Request } from "../messages/operations.ts";
import { classifyResponse } from "../responses/request-outcome.ts";
import type { Fact } from "../step.ts";
import { codeIn, isAnotherCode } from "../voucher-code.ts";
import type { Approval } from "./finalization-state.ts";
import { ignoredBecause, type Transition } from "./transition.ts";

/** The approval that a fact brings, if it brings one. */
export function approvalIn(request: Request, fact: Fact): Approval | undefined {
  if (fact.type !== "response") return undefined;
  const { attempt, at } = fact;
  const classified = classifyResponse(request, fact);
  return classified.outcome === "approved" ? { attempt, at, response: classified.response } : undefined;
}

/** The transaction ended without a voucher: an approval that comes now is evidence for the operator. */
export function recordLateApproval<State>(request: Request, state: State, fact: Fact): Transition<State> {
  const approval = approvalIn(request, fact);
  if (approval === undefined) return { state, ignored: ignoredBecause(fact) };
  return { state, ignored: "late", items: [{ reason: "lateApproval", ...approval }] };
}

/** An approval was seen already. Another one that brings another voucher is evidence for the operator; the first one counts. */
export function recordSecondVoucher<State extends { readonly approval: Approval }>(
  request: Request,
  state: State,
  fact: Fact,
): Transition<State> {
  return { state, ...findSecondVoucher(request, state.approval, fact) };
}

/** The item for a second voucher, if the fact brings one. */
export function findSecondVoucher(request: Request, first: Approval, fact: Fact): Omit<Transition<never>, "state"> {
  const second = approvalIn(request, fact);
  // The response to a redemption need not repeat the voucher that the request names.
  const firstCode = codeIn(first.response) ?? codeIn(request.message);
  const isAnother = second !== undefined && isAnotherCode(firstCode, codeIn(second.response));
  return {
    ignored: ignoredBecause(fact),
    ...(isAnother ? { items: [{ reason: "secondVoucher", ...second }] } : {}),
  };
}
