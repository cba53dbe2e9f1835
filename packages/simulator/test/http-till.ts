import type { Json, JsonObject } from "@electrum-vouchers/core";
import { isJsonObject, parseJson } from "../src/json.ts";
import type { SwitchResponse } from "../src/switch/response.ts";
import { checkExchange } from "./exchange-check.ts";
import { USER } from "./messages.ts";

/** A response, for assertions. */
export interface TestResponse {
  readonly status: number;
  readonly text: string;
  /** The body, if it is a JSON object; else an empty object. */
  readonly body: JsonObject;
}

export const toTestResponse = (status: number, text: string): TestResponse => {
  const body = parseJson(text);
  return { status, text, body: isJsonObject(body) ? body : {} };
};

export const fromSwitchResponse = ({ status, body }: SwitchResponse): TestResponse => toTestResponse(status, body);

/** The value at a path of fields, such as `voucher.code`. */
export const valueAt = (body: JsonObject, path: string): Json | undefined =>
  path.split(".").reduce<Json | undefined>((value, field) => (isJsonObject(value) ? value[field] : undefined), body);

export const textAt = (body: JsonObject, path: string): string => {
  const value = valueAt(body, path);
  if (typeof value !== "string") throw new Error(`no text at ${path}`);
  return value;
};

/** Sends Electrum's messages over HTTP, without the client library, and checks each exchange against the OpenAPI document. */
export interface HttpTill {
  post(path: string, message: object): Promise<TestResponse>;
  get(path: string): Promise<TestResponse>;
}

export function createHttpTill(baseUrl: string, user: string = USER): HttpTill {
  const headers = { authorization: `Basic ${btoa(`${user}:secret`)}`, "content-type": "application/json" };
  const { pathname } = new URL(baseUrl);
  const send = async (method: string, path: string, body?: string): Promise<TestResponse> => {
    const response = await fetch(`${baseUrl}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    const contentType = response.headers.get("content-type");
    checkExchange({
      method,
      path: `${pathname}${path}`,
      ...(body === undefined ? {} : { request: body }),
      status: response.status,
      ...(contentType === null ? {} : { contentType }),
      response: text,
    });
    return toTestResponse(response.status, text);
  };
  return {
    post: (path, message) => send("POST", path, JSON.stringify(message)),
    get: (path) => send("GET", path),
  };
}
