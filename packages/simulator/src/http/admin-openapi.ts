import type { JsonObject } from "@electrum-vouchers/core";
import { planCheck, ruleCheck } from "../faults/plan.ts";
import type { Check } from "../messages/check.ts";
import { profileCheck } from "../switch/provider-profiles.ts";
import { conditionCheck, messagingCheck, restartCheck } from "./admin-checks.ts";

interface AdminEndpoint {
  readonly method: "get" | "put" | "post" | "delete";
  readonly path: string;
  readonly summary: string;
  /** The request's body. */
  readonly body?: Check<unknown>;
  /** The response if all is well. Default `json`. */
  readonly answers?: "json" | "nothing" | keyof typeof mediaTypes;
}

const mediaTypes = {
  html: "text/html",
  css: "text/css",
  javascript: "text/javascript",
  events: "text/event-stream",
} as const;

/** Everything that is served besides Electrum's API. */
export const adminEndpoints: readonly AdminEndpoint[] = [
  { method: "get", path: "/", summary: "The page: ledger, faults, live sequence chart", answers: "html" },
  { method: "get", path: "/page.css", summary: "A part of the page", answers: "css" },
  { method: "get", path: "/page.js", summary: "A part of the page", answers: "javascript" },
  { method: "get", path: "/choices.js", summary: "A part of the page", answers: "javascript" },
  { method: "get", path: "/health", summary: "Whether the simulator serves" },
  { method: "get", path: "/openapi.json", summary: "This document" },
  { method: "get", path: "/admin", summary: "The endpoints" },
  { method: "get", path: "/admin/ledger", summary: "The balance, the last transactions, the vouchers" },
  { method: "get", path: "/admin/balance", summary: "The vouchers by state" },
  { method: "get", path: "/admin/transactions/{id}", summary: "What the switch holds about one request" },
  { method: "get", path: "/admin/vouchers/{code}", summary: "One voucher" },
  { method: "get", path: "/admin/providers", summary: "Each provider" },
  {
    method: "put",
    path: "/admin/providers/{name}",
    summary: "Sets a provider's condition",
    body: conditionCheck,
    answers: "nothing",
  },
  {
    method: "put",
    path: "/admin/providers/{name}/profile",
    summary: "Changes what a provider takes, or makes a new one",
    body: profileCheck,
    answers: "nothing",
  },
  {
    method: "put",
    path: "/admin/messaging/{user}",
    summary: "Sets a user's messaging",
    body: messagingCheck,
    answers: "nothing",
  },
  { method: "get", path: "/admin/requests", summary: "The last requests and their responses, redacted" },
  { method: "get", path: "/admin/events", summary: "What happens, as server-sent events", answers: "events" },
  { method: "get", path: "/admin/faults", summary: "The fault plan, and what it injected" },
  { method: "put", path: "/admin/faults", summary: "Replaces the fault plan", body: planCheck, answers: "nothing" },
  { method: "post", path: "/admin/faults", summary: "Adds a rule", body: ruleCheck, answers: "nothing" },
  { method: "delete", path: "/admin/faults", summary: "Clears the fault plan", answers: "nothing" },
  { method: "delete", path: "/admin/tokens", summary: "Makes every token of OAuth2 worthless", answers: "nothing" },
  { method: "post", path: "/admin/reset", summary: "Forgets everything but the settings", answers: "nothing" },
  {
    method: "post",
    path: "/admin/restart",
    summary: "Breaks every connection",
    body: restartCheck,
    answers: "nothing",
  },
];

/** The endpoints as paths of an OpenAPI document. */
export const createAdminPaths = (): JsonObject =>
  Object.fromEntries(
    [...Map.groupBy(adminEndpoints, ({ path }) => path)].map(([path, sharing]) => [
      path,
      Object.fromEntries(sharing.map((endpoint) => [endpoint.method, describeEndpoint(endpoint)])),
    ]),
  );

const refusal: JsonObject = { type: "object", properties: { error: { type: "string" } }, required: ["error"] };

function describeEndpoint({ path, summary, body, answers = "json" }: AdminEndpoint): JsonObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
  return {
    summary,
    parameters: names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
    ...(body === undefined ? {} : { requestBody: { content: jsonContent(body.schema("strict")) } }),
    responses: {
      ...(answers === "nothing" ? { "204": { description: "Done" } } : { "200": successOf(answers) }),
      "400": { description: "The body is wrong", content: jsonContent(refusal) },
      "403": {
        description: "For another host, or by a page of another site",
        content: jsonContent({ type: "object" }),
      },
      "404": { description: "There is no such thing", content: jsonContent({ type: "object" }) },
      "503": { description: "Too many listen to events already" },
    },
  };
}

const successOf = (answers: "json" | keyof typeof mediaTypes): JsonObject => ({
  description: "As asked",
  content:
    answers === "json" ? jsonContent({ type: "object" }) : { [mediaTypes[answers]]: { schema: { type: "string" } } },
});

const jsonContent = (schema: JsonObject): JsonObject => ({ "application/json": { schema } });
