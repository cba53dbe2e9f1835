import type { ErrorResponse, RequestOutcome } from "./request-outcome.ts";
import type { NoResponseCause } from "./http-response.ts";
import { refusesCredentials } from "./speaker.ts";

/**
 * Electrum has not answered what was asked. It may know, so the question may be asked again later.
 *
 * - `stillProcessing`: it has the request, and no outcome of it yet
 * - `noResponse`: there was no complete response
 * - `notElectrum`: a gateway's page, or an answer to another question
 * - `notAuthorised`: the credentials are refused, or another client sent the request
 * - `unavailable`: Electrum or the provider is in trouble
 * - `refused`: the question itself was refused; `error` says why
 */
export type CannotTellYet =
  | { readonly outcome: "cannotTellYet"; readonly reason: "stillProcessing" }
  | { readonly outcome: "cannotTellYet"; readonly reason: "noResponse"; readonly cause: NoResponseCause }
  | {
      readonly outcome: "cannotTellYet";
      readonly reason: "notElectrum" | "notAuthorised" | "unavailable" | "refused";
      readonly error: ErrorResponse;
    };

/** Why a response to a lookup is no answer. */
export function unanswered(status: number, outcome: Exclude<RequestOutcome, { outcome: "approved" }>): CannotTellYet {
  const { error = { status } } = outcome;
  return { outcome: "cannotTellYet", reason: reasonOf(status, outcome), error };
}

function reasonOf(
  status: number,
  outcome: Exclude<RequestOutcome, { outcome: "approved" }>,
): "notElectrum" | "notAuthorised" | "unavailable" | "refused" {
  if (outcome.outcome === "unknown") return outcome.cause === "foreign" ? "notElectrum" : "unavailable";
  const isRefusedSender = refusesCredentials(status) || outcome.error.errorType === "AUTHENTICATION_ERROR";
  return isRefusedSender ? "notAuthorised" : "refused";
}

/** Whether an answer that tells nothing may be another one a moment later. */
export const mayBeAnsweredSoon = ({ reason }: CannotTellYet): boolean =>
  reason === "noResponse" || reason === "notElectrum" || reason === "unavailable";
