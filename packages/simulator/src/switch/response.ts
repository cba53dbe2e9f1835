import type { ErrorDetail, ErrorType, Json, JsonObject } from "@electrum-vouchers/core";
import { parseJson } from "../json.ts";
import type { FormatError } from "../messages/check.ts";
import type { Forward, World } from "./world.ts";

export interface SwitchResponse {
  readonly status: number;
  /** Empty where there is none. */
  readonly body: string;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** How long the provider took: the answer is ready this much later. Default 0. */
  readonly delayMs?: number;
  /** For a 405: the methods that the path takes. */
  readonly allow?: readonly string[];
  readonly retryAfterSeconds?: number;
}

/** What a request came to. */
export interface HandleResult {
  readonly world: World;
  readonly response: SwitchResponse;
  /** The advices that this request put into the providers' queues. */
  readonly forwards: readonly Forward[];
}

export const jsonResponse = (status: number, body: object): SwitchResponse => ({ status, body: JSON.stringify(body) });

/** An answer that changes nothing. */
export const respondUnchanged = (world: World, response: SwitchResponse): HandleResult => ({
  world,
  response,
  forwards: [],
});

/** The ids of the message that failed. */
export interface FailedMessage {
  readonly id?: string | undefined;
  /** For an advice, the id of its original request. */
  readonly originalId?: string | undefined;
}

/** An `ErrorDetail`. Its text is for people; at Electrum too it has at most 80 characters. */
export function errorResponse(
  status: number,
  errorType: ErrorType,
  { id, originalId }: FailedMessage,
  detailMessage: JsonObject,
): SwitchResponse {
  const detail: ErrorDetail = {
    ...(id === undefined ? {} : { id }),
    ...(originalId === undefined ? {} : { originalId }),
    errorType,
    errorMessage: toSentence(errorType),
    detailMessage,
  };
  return jsonResponse(status, detail);
}

const MAX_ERROR_MESSAGE = 80;

const toSentence = (errorType: ErrorType): string => {
  const words = errorType.toLowerCase().replaceAll("_", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`.slice(0, MAX_ERROR_MESSAGE);
};

/** Electrum's test server names no id here: a message that breaks the schema may have none. */
export const formatErrorResponse = (faults: readonly FormatError[]): SwitchResponse =>
  errorResponse(400, "FORMAT_ERROR", {}, { formatErrors: faults.map((fault): JsonObject => ({ ...fault })) });

/** As Electrum's test server answers where it crashes: nothing that a client could read. */
export const crashResponse = (detailText: string): SwitchResponse => ({
  status: 500,
  contentType: "text/plain",
  body: `Internal server error: ${detailText}\n`,
});

/** A part of a message as JSON, as which it came. */
export const asJson = (value: object): Json => parseJson(JSON.stringify(value)) ?? null;
