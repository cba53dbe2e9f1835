import type { Json } from "@electrum-vouchers/core";
import { readFaultPlan, readRule } from "../faults/plan.ts";
import { parseJson } from "../json.ts";
import {
  type Check,
  object,
  oneOf,
  optional,
  type CheckResult,
  validate,
  required,
  text,
  variant,
  wholeNumber,
} from "../messages/check.ts";
import { computeBalance } from "../switch/balance.ts";
import { allProviders, latestTransactions, firstVouchers, transactionsWithId } from "../switch/inspect.ts";
import { findVoucher } from "../switch/ledger.ts";
import { type ProviderCondition, type ProviderName, providerNames } from "../switch/provider-profiles.ts";
import { createJsonResponse, type SwitchResponse } from "../switch/response.ts";
import type { AdminActions, Restart } from "./admin-actions.ts";

interface AdminRequest {
  readonly method: string;
  /** Below `/admin`, split at its slashes. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
}

/** Handles a request to the administration: everything that can be read and changed, as JSON. */
export function administer(actions: AdminActions, request: AdminRequest): SwitchResponse {
  const [resource = "", name] = request.path;
  const limit = limitOf(request.query);
  const world = actions.world();
  switch (`${request.method} ${resource}${name === undefined ? "" : "/*"}`) {
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
      return withProvider(name, (provider) =>
        validateAndApply(validate(condition, parseBody(request)), (next) => actions.setProvider(provider, next)),
      );
    case "PUT messaging/*":
      return validateAndApply(validate(messaging, parseBody(request)), (next) =>
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
    case "POST reset":
      actions.reset();
      return noContent;
    case "POST restart":
      return validateAndApply(validate(restart, parseBody(request)), actions.restart);
    default:
      return createJsonResponse(404, { error: "no such endpoint", endpoints });
  }
}

const endpoints: readonly string[] = [
  "GET /admin/ledger?limit=1000",
  "GET /admin/balance",
  "GET /admin/transactions/{id}",
  "GET /admin/vouchers/{code}",
  "GET /admin/providers?limit=1000",
  `PUT /admin/providers/{${providerNames.join("|")}}`,
  "PUT /admin/messaging/{user}",
  "GET /admin/requests?limit=1000",
  "GET /admin/faults?limit=1000",
  "PUT /admin/faults",
  "POST /admin/faults",
  "DELETE /admin/faults",
  "POST /admin/reset",
  "POST /admin/restart",
];

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

function withProvider(name: string | undefined, next: (provider: ProviderName) => SwitchResponse): SwitchResponse {
  const provider = providerNames.find((each) => each.toLowerCase() === name?.toLowerCase());
  return provider === undefined
    ? createJsonResponse(404, { error: `must be one of ${providerNames.join(", ")}` })
    : next(provider);
}

const MAX_DELAY_MS = 60 * 60 * 1000;

const condition: Check<ProviderCondition> = variant<ProviderCondition>("state", {
  up: object({ state: required(oneOf("up")) }),
  slow: object({ state: required(oneOf("slow")), delayMs: required(wholeNumber(0, MAX_DELAY_MS)) }),
  down: object({ state: required(oneOf("down")) }),
  declining: object<Extract<ProviderCondition, { readonly state: "declining" }>>({
    state: required(oneOf("declining")),
    status: optional(oneOf(400, 404)),
    errorType: optional(text({ max: 80 })),
  }),
});

const messaging: Check<{ readonly messaging: "dual" | "single" }> = object<{ readonly messaging: "dual" | "single" }>({
  messaging: required(oneOf("dual", "single")),
});

const restart: Check<Restart> = object<Restart>({
  memory: optional(oneOf("kept", "lost")),
  durationMs: optional(wholeNumber(0, MAX_DELAY_MS)),
});
