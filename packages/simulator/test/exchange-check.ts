import type { Json, JsonObject } from "@electrum-vouchers/core";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { createOpenApi } from "../src/http/openapi.ts";
import { isJsonObject, parseJson, parseMessage } from "../src/json.ts";

/** A request and its response. */
export interface Exchange {
  readonly method: string;
  /** With or without a query. */
  readonly path: string;
  readonly request?: string;
  readonly status: number;
  readonly contentType?: string;
  readonly response: string;
}

const documents = new Map<string, JsonObject>();

/** The document of a switch with these settings, made once. */
function documentFor(settings: Readings): JsonObject {
  const key = JSON.stringify([settings.strict, settings.additionalFields]);
  const document = documents.get(key) ?? createOpenApi(settings);
  documents.set(key, document);
  return document;
}

type Readings = Parameters<typeof createOpenApi>[0];

const tolerant: Readings = { strict: false, additionalFields: [] };

/** Throws if the simulator's OpenAPI document does not describe this exchange. */
export function checkExchange(exchange: Exchange, settings: Readings = tolerant): void {
  const document = documentFor(settings);
  const { method, status, response, contentType = "application/json" } = exchange;
  const path = (exchange.path.split("?", 1)[0] ?? "").replace(/(.)\/$/, "$1");
  const template = templateOf(document, path);
  // What is nowhere in the document is not served.
  if (template === undefined) return expectDescribed(status === 404, exchange);
  const operation = at(document, "paths", template, method.toLowerCase());
  if (operation === undefined) return expectDescribed(status === 405 || status === 404, exchange);
  const described = at(operation, "responses", String(status));
  expectDescribed(described !== undefined, exchange);
  if (response === "") return;
  const schema = at(described, "content", contentType.split(";", 1)[0] ?? "", "schema");
  expectDescribed(schema !== undefined, exchange);
  if (contentType === "application/json") expectValid(document, schema, parseJson(response), exchange);
  const requested = at(operation, "requestBody", "content", "application/json", "schema");
  // A field that is null counts as absent.
  if (requested !== undefined && status < 300)
    expectValid(document, requested, parseMessage(exchange.request ?? ""), exchange);
}

function templateOf(document: JsonObject, path: string): string | undefined {
  const templates = Object.keys(objectAt(document, "paths"));
  const matching = templates.filter((template) =>
    new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path),
  );
  return matching.find((template) => !template.includes("{")) ?? matching[0];
}

const validators = new Map<JsonObject, Map<string, ValidateFunction>>();

function expectValid(
  document: JsonObject,
  schema: Json | undefined,
  value: Json | undefined,
  exchange: Exchange,
): void {
  const compiled = validators.get(document) ?? new Map<string, ValidateFunction>();
  validators.set(document, compiled);
  const key = JSON.stringify(schema);
  const known = compiled.get(key) ?? compile(document, schema);
  compiled.set(key, known);
  if (known(value)) return;
  throw new Error(`${exchange.method} ${exchange.path}: ${JSON.stringify(known.errors)}`);
}

function compile(document: JsonObject, schema: Json | undefined): ValidateFunction {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false, allErrors: true });
  ajv.addVocabulary(["components"]);
  return ajv.compile({ ...objectOf(schema), components: document["components"] ?? {} });
}

function expectDescribed(isDescribed: boolean, { method, path, status }: Exchange): void {
  if (!isDescribed) throw new Error(`the OpenAPI document does not describe ${method} ${path}: ${status}`);
}

const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
const objectAt = (value: JsonObject, name: string): JsonObject => objectOf(value[name]);

const at = (value: Json | undefined, ...path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((inside, name) => objectOf(inside)[name], value);
