import type { IncomingMessage, ServerResponse } from "node:http";
import { createJsonResponse, type SwitchResponse } from "../switch/response.ts";
import { administer } from "./admin.ts";
import { createOpenApi } from "./openapi.ts";
import { pageHeaders, pageResponse } from "./page.ts";
import { sendEvents } from "./send-events.ts";
import type { IsOwnRequest } from "./own-host.ts";
import { sendResponse } from "./send-response.ts";
import { bearerTokenOf, readBody, userOf } from "./read-request.ts";
import { type ServeContext, serve } from "./serve.ts";
import type { AdminActions } from "./admin-actions.ts";
import type { TokenEndpoint } from "./token-endpoint.ts";
import { resetUserRecords } from "./test-server-reset.ts";

/** Electrum's longest message is a few kilobytes. */
const MAX_BODY_BYTES = 256 * 1024;

const API = "/suv/v1";

/** The reset of Electrum's test server, below the API's path and beside it. */
const RESET = "/testServerAdmin/reset";

/** Where tokens are issued. */
export const TOKEN_PATH = "/oauth/token";

export interface RouteContext extends ServeContext {
  readonly tokens: TokenEndpoint;
  readonly adminActions: AdminActions;
  readonly isOwnRequest: IsOwnRequest;
}

/** Routes a request to the switch, to its administration, or to a 404. */
export async function route(routing: RouteContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body.type === "broken") return;
  if (body.type === "tooLarge") {
    response.setHeader("connection", "close");
    sendResponse(response, { status: 413, body: "" });
    return;
  }
  const { method = "", url = "" } = request;
  const { authorization } = request.headers;
  const token = bearerTokenOf(authorization);
  const user = token === undefined ? userOf(authorization) : routing.tokens.userOf(token, routing.now());
  const path = url.split("?", 1)[0] ?? "";
  if (path === TOKEN_PATH && method === "POST") {
    sendResponse(response, routing.tokens.issue(body.text, routing.now()));
    return;
  }
  if (user === undefined) {
    response.setHeader("www-authenticate", 'Bearer error="invalid_token"');
    sendResponse(response, { status: 401, body: "" });
    return;
  }
  const received = { method, url, path, body: body.text, user };
  if (isBelow(received.path, API) && !isBelow(received.path, `${API}${RESET}`)) {
    const switchRequest = { method, target: url.slice(API.length), body: body.text, user, at: routing.now() };
    await serve(routing, switchRequest, response);
  } else {
    serveOutsideApi(routing, received, request, response);
  }
}

/** What a browser, a test or whoever watches over processes asks for. */
function serveOutsideApi(
  routing: RouteContext,
  received: ReceivedRequest,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const isGet = received.method === "GET";
  if (isGet && received.path === "/health") {
    // By any name: the answer says nothing else.
    sendResponse(response, healthResponse);
  } else if (!routing.isOwnRequest(request.headers)) {
    sendResponse(response, foreignResponse);
  } else if (isGet && received.path === "/admin/events") {
    sendEvents(routing.running, response);
  } else {
    const page = isGet ? pageResponse(received.path) : undefined;
    if (page !== undefined) for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value);
    sendResponse(response, page ?? handleOutsideApi(routing, received));
  }
}

const healthResponse: SwitchResponse = createJsonResponse(200, { status: "up" });

interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly body: string;
  readonly user: string;
}

function handleOutsideApi(
  { running, adminActions }: RouteContext,
  { method, url, path, body, user }: ReceivedRequest,
): SwitchResponse {
  if (isBelow(path, `${API}${RESET}`) || isBelow(path, RESET)) {
    return method === "POST" ? resetUserRecords(running, body, user) : { status: 405, body: "", allow: ["POST"] };
  }
  if (path === "/openapi.json" && method === "GET") {
    return createJsonResponse(200, createOpenApi(running.world().settings));
  }
  if (!isBelow(path, "/admin")) return unknownPathResponse;
  const parts = path.split("/").slice(2);
  const query = new URLSearchParams(url.slice(path.length));
  return administer(adminActions, { method, path: parts.filter((part) => part !== "").map(decode), query, body });
}

const unknownPathResponse: SwitchResponse = createJsonResponse(404, {
  error: `the switch is below ${API}, its administration below /admin, its page at /`,
});

const foreignResponse: SwitchResponse = createJsonResponse(403, {
  error: "the administration is not for another host, nor for pages of other sites; --allow-host names more",
});

const isBelow = (path: string, parent: string): boolean => path === parent || path.startsWith(`${parent}/`);

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
