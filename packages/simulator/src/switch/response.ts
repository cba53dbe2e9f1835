import type { ErrorDetail, ErrorType, Json, JsonObject } from "@electrum-vouchers/core";
import { parseJson } from "../json.ts";
import type { FormatError } from "../messages/check.ts";
import { toJavaWording } from "../messages/java-wording.ts";
import type { Forward, World } from "./world.ts";

export interface SwitchResponse {
  readonly status: number;
  /** Empty if there is none. */
  readonly body: string;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** How long the provider took, in milliseconds: the response is complete only then. Default 0. */
  readonly delayMs?: number;
  /** For a 405: the methods that the path takes. */
  readonly allow?: readonly string[];
  readonly retryAfterSeconds?: number;
}

/** The result of handling a request. */
export interface HandleResult {
  readonly world: World;
  readonly response: SwitchResponse;
  /** The advices that this request put into the providers' queues. */
  readonly forwards: readonly Forward[];
}

export const createJsonResponse = (status: number, body: object): SwitchResponse => ({
  status,
  body: JSON.stringify(body),
});

/** A response that leaves the world unchanged. */
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

/** An `ErrorDetail`. Its `errorMessage` has at most 80 characters, as Electrum's has. */
export function createErrorResponse(
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
  return createJsonResponse(status, detail);
}

const MAX_ERROR_MESSAGE = 80;

const toSentence = (errorType: ErrorType): string => {
  const words = errorType.toLowerCase().replaceAll("_", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`.slice(0, MAX_ERROR_MESSAGE);
};

/**
 * A FORMAT_ERROR without an id, as Electrum's test server sends it: a message that breaks the schema may have none. That server gives
 * `msg` alone, with the field in it; its README promises the field as well.
 */
export function formatErrorResponse(faults: readonly FormatError[], emulateTestServer = false): SwitchResponse {
  const formatErrors = faults.map((fault): JsonObject => {
    const msg = toJavaWording(fault);
    return emulateTestServer ? { msg: `${fault.field} ${msg}`.trim() } : { field: fault.field, msg };
  });
  return createErrorResponse(400, "FORMAT_ERROR", {}, { formatErrors });
}

/** The response of Electrum's test server when it crashes: not an ErrorDetail. */
export const crashResponse = (detailText: string): SwitchResponse => ({
  status: 500,
  contentType: "text/plain",
  body: `Internal server error: ${detailText}\n`,
});

/** A part of a message as JSON. */
export const asJson = (value: object): Json => parseJson(JSON.stringify(value)) ?? null;
