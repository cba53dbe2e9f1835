/** Electrum's operations, by Electrum's names, but for `lookupProducts`. */
export type Operation = RequestOperation | AdviceOperation | LookupOperation;

export type RequestOperation = "provisionVoucher" | "retryProvisionVoucher" | "redeemVoucher" | "refundVoucher";

export type AdviceOperation =
  | "confirmVoucher"
  | "reverseVoucher"
  | "confirmRedeem"
  | "reverseRedeem"
  | "confirmRefund"
  | "reverseRefund";

export type LookupOperation = "lookupVoucher" | "lookupRedemption";

interface Endpoint {
  readonly operation: Operation;
  readonly kind: Kind;
  readonly method: "GET" | "POST";
  /** Below `/suv/v1`; a part in braces takes any value. */
  readonly path: readonly string[];
}

/** Where each operation is served. The fixed paths come before those that take any value. */
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
];

export interface Route {
  readonly endpoint: Endpoint;
  /** What stood in place of the braces, where the path has some. */
  readonly pathId?: string;
  readonly query: Readonly<Record<string, string>>;
}

export type Routing =
  | { readonly type: "found"; readonly route: Route }
  | { readonly type: "notFound" }
  | { readonly type: "otherMethod"; readonly allowed: readonly string[] };

/** The operation that a request asks for. `target` is below `/suv/v1`, with or without a slash at its end. */
export function routeOf(method: string, target: string): Routing {
  const [path, query] = splitOnce(target, "?");
  const parts = path.replace(/^\//, "").replace(/\/$/, "").split("/").map(decode);
  const here = endpoints.filter((endpoint) => matches(endpoint.path, parts));
  const endpoint = here.find((each) => each.method === method);
  if (endpoint === undefined) {
    return here.length === 0
      ? { type: "notFound" }
      : { type: "otherMethod", allowed: [...new Set(here.map((each) => each.method))] };
  }
  const pathId = parts[endpoint.path.findIndex(takesAnyValue)];
  const route = { endpoint, query: Object.fromEntries(new URLSearchParams(query)) };
  return { type: "found", route: pathId === undefined ? route : { ...route, pathId } };
}

const takesAnyValue = (part: string): boolean => part.startsWith("{");

const matches = (path: readonly string[], parts: readonly string[]): boolean =>
  path.length === parts.length &&
  path.every((part, index) => part === parts[index] || (takesAnyValue(part) && parts[index] !== ""));

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

export type Kind = "provision" | "redemption" | "refund";
