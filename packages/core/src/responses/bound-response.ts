// What is kept of a response. Each one becomes a fact in the journal, and a gateway in trouble may send a page of a megabyte to each of
// the hundreds of repeats of one advice. So a response that gives nothing out is shortened *before* it becomes a fact: then the journal
// replays to the same.
//
// Rules
// 1. An approval, and the voucher that a lookup found, stay whole: the customer pays for what they hold.
// 2. Of any other JSON object, the fields that classifying reads stay, each cut to a length that classifying does not see. All others
//    are dropped whole.
// 3. Of text that is no JSON, the beginning stays, so that the operator can tell which gateway has sent it.
// 4. The pin of a voucher that is looked up or redeemed is left out (`echoed-pin.ts`).
// 5. The shortened response means exactly what the whole one means. If it might not, more is dropped until it does.
//
// What it does not know: who sends, and how large a response an adapter reads at all.

import { isJsonObject, type Json, type JsonObject, parseJson } from "../json.ts";
import { utf8Bytes } from "../messages/bounds.ts";
import { operations, type OutgoingMessage, type Request } from "../messages/operations.ts";
import { type AdviceOutcome, classifyAdviceResponse } from "./advice-outcome.ts";
import type { HttpResponse } from "./http-response.ts";
import {
  classifyResponse,
  MAX_ERROR_TEXT,
  MAX_FORMAT_ERROR_TEXT,
  MAX_FORMAT_ERRORS,
  type RequestOutcome,
} from "./request-outcome.ts";
import { withoutEchoedPin } from "./echoed-pin.ts";

/** 4 kB, in UTF-8. Electrum's own errors have some hundred bytes. */
export const MAX_RESPONSE_BYTES: number = 4 * 1024;

/** In characters: enough to tell whose page it is. */
const EXCERPT = 1_000;

/** A UUID has 36 characters. A longer id differs from every one of ours, however long it is. */
const MAX_ID = 64;

/**
 * The response as it is to be fed to `observe`: at most 4 kB, unless it is an approval or a voucher that was found. It means the same.
 *
 * @example
 * const fact = { type: "response", attempt, ...boundResponse(command.request, response), at: Date.now() };
 */
export function boundResponse(message: OutgoingMessage, received: HttpResponse): HttpResponse {
  const body = withoutEchoedPin(message, received.body);
  const response = body === received.body ? received : { ...received, body };
  return bound(message, response);
}

function bound(message: OutgoingMessage, response: HttpResponse): HttpResponse {
  if (utf8Bytes(response.body) <= MAX_RESPONSE_BYTES) return response;
  if (classify(message, response).outcome === "approved") return response;
  const meaning = meaningOf(message, response);
  const body = shortenings(response.body).find(
    (each) => utf8Bytes(each) <= MAX_RESPONSE_BYTES && meaningOf(message, { ...response, body: each }) === meaning,
  );
  return { ...response, body: body ?? NO_OBJECT };
}

const classify = (message: OutgoingMessage, response: HttpResponse): RequestOutcome | AdviceOutcome =>
  isRequest(message) ? classifyResponse(message, response) : classifyAdviceResponse(message, response);

/** What a response means, without its texts: in a hostile response they may be longer than all that is kept. */
const meaningOf = (message: OutgoingMessage, response: HttpResponse): string =>
  JSON.stringify(classify(message, response), (name, value: unknown) => (texts.has(name) ? undefined : value));

const texts: ReadonlySet<string> = new Set([
  "errorMessage",
  "providerErrorCode",
  "providerErrorMessage",
  "formatErrors",
]);

const isRequest = (message: OutgoingMessage): message is Request => operations[message.operation].kind === "request";

/** JSON that is no object means the same, whatever it is; and a success that is none of ours means what this does. */
const NO_OBJECT = "[]";

/** Shorter bodies that may mean the same, the most telling first. */
function shortenings(body: string): readonly string[] {
  if (body.trim() === "") return [""];
  const parsed = parseJson(body);
  // No JSON ends so, so that the beginning of what is no JSON is none either.
  if (parsed === undefined) return [`${body.slice(0, EXCERPT).toWellFormed()}…`];
  if (!isJsonObject(parsed)) return [];
  const [ids, errorType] = [idsIn(parsed), textIn(parsed, "errorType")];
  const errorTexts = textsIn(parsed);
  return [
    { ...ids, ...errorType, ...errorTexts, ...formatErrorsIn(parsed["detailMessage"]) },
    { ...ids, ...errorType, ...errorTexts },
    { ...ids, ...errorType },
  ].map((fields) => JSON.stringify(fields));
}

/** An id that is no text counts as another's: whatever it was, `true` is none either. */
const idsIn = (body: JsonObject): JsonObject =>
  Object.fromEntries(
    ["id", "requestId", "originalId"].flatMap((name): readonly [string, Json][] => {
      const id = body[name];
      if (id === undefined) return [];
      return [[name, typeof id === "string" ? id.slice(0, MAX_ID) : id === null ? null : true]];
    }),
  );

const textsIn = (body: JsonObject): JsonObject => ({
  ...textIn(body, "errorMessage"),
  ...textIn(body, "providerErrorCode"),
  ...textIn(body, "providerErrorMsg"),
  ...textIn(body, "providerErrorMessage"),
});

function textIn(body: JsonObject, name: string, maxLength: number = MAX_ERROR_TEXT): JsonObject {
  const text = body[name];
  return typeof text === "string" ? { [name]: text.slice(0, maxLength) } : {};
}

/** The faults of the message that Electrum has found, without the values. */
function formatErrorsIn(detailMessage: Json | undefined): JsonObject {
  const listed = isJsonObject(detailMessage) ? detailMessage["formatErrors"] : undefined;
  if (!isList(listed)) return {};
  const formatErrors = listed
    .filter(isJsonObject)
    .slice(0, MAX_FORMAT_ERRORS)
    .map((fault) => ({
      ...textIn(fault, "field", MAX_FORMAT_ERROR_TEXT),
      ...textIn(fault, "msg", MAX_FORMAT_ERROR_TEXT),
    }));
  return { detailMessage: { formatErrors } };
}

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
