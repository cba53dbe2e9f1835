import type { Json } from "@electrum-vouchers/core";
import { readFaultPlan, readRule } from "../faults/plan.ts";
import { parseJson } from "../json.ts";
import {
  type Check,
  object,
  oneOf,
  optional,
  type Reading,
  read,
  required,
  text,
  variant,
  wholeNumber,
} from "../messages/check.ts";
import { balance } from "../switch/balance.ts";
import { allProviders, latestTransactions, someVouchers, transactionsWithId } from "../switch/inspect.ts";
import { findVoucher } from "../switch/ledger.ts";
import { type Condition, type ProviderName, providerNames } from "../switch/provider-profiles.ts";
import { json, type SwitchResponse } from "../switch/response.ts";
import type { Administered, Restart } from "./administered.ts";

interface AdminRequest {
  readonly method: string;
  /** Below `/admin`, split at its slashes. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
}

/** The administration: everything that can be seen and changed, as JSON. */
export function administer(administered: Administered, request: AdminRequest): SwitchResponse {
  const [resource = "", name] = request.path;
  const limit = limitIn(request.query);
  const world = administered.world();
  switch (`${request.method} ${resource}${name === undefined ? "" : "/*"}`) {
    case "GET ":
      return json(200, { endpoints });
    case "GET ledger":
      return json(200, {
        balance: balance(world),
        transactions: latestTransactions(world, limit),
        vouchers: someVouchers(world, limit),
      });
    case "GET balance":
      return json(200, balance(world));
    case "GET transactions/*":
      return json(200, { transactions: transactionsWithId(world, name ?? "") });
    case "GET vouchers/*":
      return found(findVoucher(world, name));
    case "GET providers":
      return json(200, { providers: allProviders(world, limit) });
    case "PUT providers/*":
      return withProvider(name, (provider) =>
        changed(read(condition, parsed(request)), (next) => administered.setProvider(provider, next)),
      );
    case "PUT messaging/*":
      return changed(read(messaging, parsed(request)), (next) => administered.setMessaging(name ?? "", next.messaging));
    case "GET requests":
      return json(200, administered.requests(limit));
    case "GET faults":
      return json(200, administered.faults(limit));
    case "PUT faults":
      return changed(readFaultPlan(parsed(request)), administered.setFaults);
    case "POST faults":
      return changed(readRule(parsed(request)), administered.addFault);
    case "DELETE faults":
      administered.setFaults({});
      return done;
    case "POST reset":
      administered.reset();
      return done;
    case "POST restart":
      return changed(read(restart, parsed(request)), administered.restart);
    default:
      return json(404, { error: "no such thing to administer", endpoints });
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

const done: SwitchResponse = { status: 204, body: "" };

const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 10_000;

function limitIn(query: URLSearchParams): number {
  const asked = Number(query.get("limit") ?? DEFAULT_LIMIT);
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, MAX_LIMIT) : DEFAULT_LIMIT;
}

const parsed = ({ body }: AdminRequest): Json => (body === "" ? {} : (parseJson(body) ?? null));

const found = (value: object | undefined): SwitchResponse =>
  value === undefined ? json(404, { error: "not found" }) : json(200, value);

function changed<Value>(reading: Reading<Value>, change: (value: Value) => void): SwitchResponse {
  if (reading.type === "invalid") return json(400, { error: "not as expected", faults: reading.faults });
  change(reading.value);
  return done;
}

function withProvider(name: string | undefined, next: (provider: ProviderName) => SwitchResponse): SwitchResponse {
  const provider = providerNames.find((each) => each.toLowerCase() === name?.toLowerCase());
  return provider === undefined ? json(404, { error: `must be one of ${providerNames.join(", ")}` }) : next(provider);
}

const MAX_DELAY_MS = 60 * 60 * 1000;

const condition: Check<Condition> = variant<Condition>("state", {
  up: object({ state: required(oneOf("up")) }),
  slow: object({ state: required(oneOf("slow")), delayMs: required(wholeNumber(0, MAX_DELAY_MS)) }),
  down: object({ state: required(oneOf("down")) }),
  declining: object<Extract<Condition, { readonly state: "declining" }>>({
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
  forMs: optional(wholeNumber(0, MAX_DELAY_MS)),
});
