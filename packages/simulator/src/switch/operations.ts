/** Electrum's operations, by Electrum's names. */
export type SwitchOperation = SwitchRequestOperation | SwitchAdviceOperation | SwitchLookupOperation;

export type SwitchRequestOperation = "provisionVoucher" | "retryProvisionVoucher" | "redeemVoucher" | "refundVoucher";

export type SwitchAdviceOperation =
  | "confirmVoucher"
  | "reverseVoucher"
  | "confirmRedeem"
  | "reverseRedeem"
  | "confirmRefund"
  | "reverseRefund";

export type SwitchLookupOperation = "lookupVoucher" | "lookupRedemption" | "lookupProducts";

interface Endpoint {
  readonly operation: SwitchOperation;
  readonly kind: TransactionKind;
  readonly method: "GET" | "POST";
  /** The path below `/suv/v1`. A part in braces matches any value. */
  readonly path: readonly string[];
}

/** The endpoint of each operation. Fixed paths come before those with a wildcard. */
export const endpoints: readonly Endpoint[] = [
  { operation: "provisionVoucher", kind: "provision", method: "POST", path: ["vouchers"] },
  { operation: "lookupVoucher", kind: "provision", method: "GET", path: ["vouchers"] },
  { operation: "confirmVoucher", kind: "provision", method: "POST", path: ["vouchers", "confirmations"] },
  { operation: "reverseVoucher", kind: "provision", method: "POST", path: ["vouchers", "reversals"] },
  {
    operation: "retryProvisionVoucher",
    kind: "provision",
    method: "POST",
    path: ["vouchers", "{provisionId}", "retry"],
  },
  { operation: "redeemVoucher", kind: "redemption", method: "POST", path: ["redemptions"] },
  { operation: "confirmRedeem", kind: "redemption", method: "POST", path: ["redemptions", "confirmations"] },
  { operation: "reverseRedeem", kind: "redemption", method: "POST", path: ["redemptions", "reversals"] },
  { operation: "lookupRedemption", kind: "redemption", method: "GET", path: ["redemptions", "{requestId}"] },
  { operation: "refundVoucher", kind: "refund", method: "POST", path: ["refunds"] },
  { operation: "confirmRefund", kind: "refund", method: "POST", path: ["refunds", "confirmations"] },
  { operation: "reverseRefund", kind: "refund", method: "POST", path: ["refunds", "reversals"] },
  // It belongs to no transaction; what is sold from the list is a provision.
  { operation: "lookupProducts", kind: "provision", method: "GET", path: ["products"] },
];

export interface Route {
  readonly endpoint: Endpoint;
  /** The value in place of the braces, if the path has some. */
  readonly pathId?: string;
  readonly query: Readonly<Record<string, string>>;
}

export type RouteMatch =
  | { readonly type: "found"; readonly route: Route }
  | { readonly type: "notFound" }
  | { readonly type: "methodNotAllowed"; readonly allowed: readonly string[] };

/** Finds the operation of a request. `target` is the path below `/suv/v1`, with or without a trailing slash. */
export function matchRoute(method: string, target: string): RouteMatch {
  const [path, query] = splitOnce(target, "?");
  const parts = path.replace(/^\//, "").replace(/\/$/, "").split("/").map(decode);
  const candidates = endpoints.filter((endpoint) => matches(endpoint.path, parts));
  const endpoint = candidates.find((each) => each.method === method);
  if (endpoint === undefined) {
    return candidates.length === 0
      ? { type: "notFound" }
      : { type: "methodNotAllowed", allowed: [...new Set(candidates.map((each) => each.method))] };
  }
  const pathId = parts[endpoint.path.findIndex(isWildcard)];
  const route = { endpoint, query: Object.fromEntries(new URLSearchParams(query)) };
  return { type: "found", route: pathId === undefined ? route : { ...route, pathId } };
}

const isWildcard = (part: string): boolean => part.startsWith("{");

const matches = (path: readonly string[], parts: readonly string[]): boolean =>
  path.length === parts.length &&
  path.every((part, index) => part === parts[index] || (isWildcard(part) && parts[index] !== ""));

const splitOnce = (text: string, separator: string): readonly [string, string] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
};

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export type TransactionKind = "provision" | "redemption" | "refund";
