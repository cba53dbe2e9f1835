import type { IncomingMessage, ServerResponse } from "node:http";
import { createJsonResponse, type SwitchResponse } from "../switch/response.ts";
import { administer } from "./admin.ts";
import { sendResponse } from "./send-response.ts";
import { readBody, userOf } from "./read-request.ts";
import { type ServeContext, serve } from "./serve.ts";
import type { AdminActions } from "./admin-actions.ts";
import { resetUserRecords } from "./test-server-reset.ts";

/** Electrum's longest message is a few kilobytes. */
const MAX_BODY_BYTES = 256 * 1024;

const API = "/suv/v1";

/** The reset of Electrum's test server, below the API's path and beside it. */
const RESET = "/testServerAdmin/reset";

export interface RouteContext extends ServeContext {
  readonly adminActions: AdminActions;
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
  const received = {
    method,
    url,
    path: url.split("?", 1)[0] ?? "",
    body: body.text,
    user: userOf(request.headers.authorization),
  };
  if (isBelow(received.path, API) && !isBelow(received.path, `${API}${RESET}`)) {
    const { user } = received;
    const switchRequest = { method, target: url.slice(API.length), body: body.text, user, at: routing.now() };
    await serve(routing, switchRequest, response);
  } else {
    sendResponse(response, handleOutsideApi(routing, received));
  }
}

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
  if (!isBelow(path, "/admin")) return unknownPathResponse;
  const parts = path.split("/").slice(2);
  const query = new URLSearchParams(url.slice(path.length));
  return administer(adminActions, { method, path: parts.filter((part) => part !== "").map(decode), query, body });
}

const unknownPathResponse: SwitchResponse = createJsonResponse(404, {
  error: `the switch is below ${API}, its administration below /admin`,
});

const isBelow = (path: string, parent: string): boolean => path === parent || path.startsWith(`${parent}/`);

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
