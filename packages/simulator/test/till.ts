import type { Json, JsonObject } from "@electrum-vouchers/core";
import { isJsonObject, parseJson } from "../src/json.ts";
import type { SwitchResponse } from "../src/switch/response.ts";
import { USER } from "./messages.ts";

/** An answer as a test looks at it. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The body, where it is a JSON object; else empty. */
  readonly body: JsonObject;
}

export const answerOf = (status: number, text: string): Answer => {
  const body = parseJson(text);
  return { status, text, body: isJsonObject(body) ? body : {} };
};

export const answerIn = ({ status, body }: SwitchResponse): Answer => answerOf(status, body);

/** The value at a path of fields, such as `voucher.code`. */
export const at = (body: JsonObject, path: string): Json | undefined =>
  path.split(".").reduce<Json | undefined>((value, field) => (isJsonObject(value) ? value[field] : undefined), body);

export const textAt = (body: JsonObject, path: string): string => {
  const value = at(body, path);
  if (typeof value !== "string") throw new Error(`no text at ${path}`);
  return value;
};

/** Sends over HTTP what Electrum's documents say, with nothing of the client library in between. */
export interface Till {
  post(path: string, message: object): Promise<Answer>;
  get(path: string): Promise<Answer>;
}

export function tillAt(baseUrl: string, user: string = USER): Till {
  const headers = { authorization: `Basic ${btoa(`${user}:secret`)}`, "content-type": "application/json" };
  const read = async (response: Response): Promise<Answer> => answerOf(response.status, await response.text());
  return {
    post: async (path, message) =>
      read(await fetch(`${baseUrl}${path}`, { method: "POST", headers, body: JSON.stringify(message) })),
    get: async (path) => read(await fetch(`${baseUrl}${path}`, { headers })),
  };
}
