import type { Json } from "@electrum-vouchers/core";
import { readFaultPlan, readRule } from "../faults/plan.ts";
import { parseJson } from "../json.ts";
import { type CheckResult, validate } from "../messages/check.ts";
import { computeBalance } from "../switch/balance.ts";
import { allProviders, latestTransactions, firstVouchers, transactionsWithId } from "../switch/inspect.ts";
import { findVoucher } from "../switch/ledger.ts";
import { profileCheck, MAX_PROVIDERS, PROVIDER_NAME, PROVIDER_NAME_MEANING } from "../switch/provider-profiles.ts";
import type { World } from "../switch/world.ts";
import { createJsonResponse, type SwitchResponse } from "../switch/response.ts";
import type { AdminActions } from "./admin-actions.ts";
import { conditionCheck, messagingCheck, restartCheck } from "./admin-checks.ts";
import { adminEndpoints } from "./admin-openapi.ts";

interface AdminRequest {
  readonly method: string;
  /** Below `/admin`, split at its slashes. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
}

/** Handles a request to the administration: everything that can be read and changed, as JSON. */
export function administer(actions: AdminActions, request: AdminRequest): SwitchResponse {
  const [resource = "", name, part] = request.path;
  const limit = limitOf(request.query);
  const world = actions.world();
  switch (`${request.method} ${resource}${name === undefined ? "" : "/*"}${part === undefined ? "" : `/${part}`}`) {
    case "GET ":
      return createJsonResponse(200, { endpoints });
    case "GET ledger":
      return createJsonResponse(200, {
        balance: computeBalance(world),
        transactions: latestTransactions(world, limit),
        vouchers: firstVouchers(world, limit),
      });
    case "GET balance":
      return createJsonResponse(200, computeBalance(world));
    case "GET transactions/*":
      return createJsonResponse(200, { transactions: transactionsWithId(world, name ?? "") });
    case "GET vouchers/*":
      return jsonOrNotFound(findVoucher(world, name));
    case "GET providers":
      return createJsonResponse(200, { providers: allProviders(world, limit) });
    case "PUT providers/*":
      return withProvider(world, name, (provider) =>
        validateAndApply(validate(conditionCheck, parseBody(request)), (next) => actions.setProvider(provider, next)),
      );
    case "PUT providers/*/profile":
      return changeProfile(actions, name ?? "", parseBody(request));
    case "PUT messaging/*":
      return validateAndApply(validate(messagingCheck, parseBody(request)), (next) =>
        actions.setMessaging(name ?? "", next.messaging),
      );
    case "GET requests":
      return createJsonResponse(200, actions.requests(limit));
    case "GET faults":
      return createJsonResponse(200, actions.faults(limit));
    case "PUT faults":
      return validateAndApply(readFaultPlan(parseBody(request)), actions.setFaults);
    case "POST faults":
      return validateAndApply(readRule(parseBody(request)), actions.addFault);
    case "DELETE faults":
      actions.setFaults({});
      return noContent;
    case "DELETE tokens":
      actions.revokeTokens();
      return noContent;
    case "POST reset":
      actions.reset();
      return noContent;
    case "POST restart":
      return validateAndApply(validate(restartCheck, parseBody(request)), actions.restart);
    default:
      return createJsonResponse(404, { error: "no such endpoint", endpoints });
  }
}

const endpoints: readonly string[] = adminEndpoints
  .filter(({ path }) => path.startsWith("/admin/"))
  .map(({ method, path }) => `${method.toUpperCase()} ${path}`);

const noContent: SwitchResponse = { status: 204, body: "" };

const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 10_000;

function limitOf(query: URLSearchParams): number {
  const requested = Number(query.get("limit") ?? DEFAULT_LIMIT);
  return Number.isInteger(requested) && requested > 0 ? Math.min(requested, MAX_LIMIT) : DEFAULT_LIMIT;
}

const parseBody = ({ body }: AdminRequest): Json => (body === "" ? {} : (parseJson(body) ?? null));

const jsonOrNotFound = (value: object | undefined): SwitchResponse =>
  value === undefined ? createJsonResponse(404, { error: "not found" }) : createJsonResponse(200, value);

function validateAndApply<Value>(result: CheckResult<Value>, change: (value: Value) => void): SwitchResponse {
  if (result.type === "invalid") return createJsonResponse(400, { error: "invalid body", faults: result.errors });
  change(result.value);
  return noContent;
}

const findProvider = (world: World, name: string | undefined): string | undefined =>
  Object.keys(world.providers).find((each) => each.toLowerCase() === name?.toLowerCase());

function withProvider(
  world: World,
  name: string | undefined,
  next: (provider: string) => SwitchResponse,
): SwitchResponse {
  const provider = findProvider(world, name);
  return provider === undefined
    ? createJsonResponse(404, { error: `must be one of ${Object.keys(world.providers).join(", ")}` })
    : next(provider);
}

/** Changes a provider's profile, or makes a new provider. */
function changeProfile(actions: AdminActions, name: string, body: Json): SwitchResponse {
  const known = findProvider(actions.world(), name);
  if (known === undefined && !PROVIDER_NAME.test(name)) {
    return createJsonResponse(400, { error: `the name must have ${PROVIDER_NAME_MEANING}` });
  }
  if (known === undefined && Object.keys(actions.world().providers).length >= MAX_PROVIDERS) {
    return createJsonResponse(400, { error: `there are ${MAX_PROVIDERS} providers` });
  }
  return validateAndApply(validate(profileCheck, body), (profile) => actions.setProfile(known ?? name, profile));
}
