// What the environment of the process may change about a connection, behind the caller's back.
//
//   NODE_TLS_REJECT_UNAUTHORIZED=0   Node verifies no certificate any more, so that anyone on the way can read the credentials and the
//                                    vouchers. The transport `node` verifies all the same. `fetch` cannot be told to, so `ky` is refused.
//   NODE_USE_ENV_PROXY=1, HTTP_PROXY `fetch` sends plain HTTP through that proxy, with the password in clear. (HTTPS goes through it
//                                    in a tunnel, which is safe.) Plain HTTP is for loopback alone, where no proxy belongs. The
//                                    transport `node` uses no proxy of the environment.
//
// The first variable is read by Node at each connection, so it is looked at with each message.

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether Node verifies certificates unless it is told to. */
export const verifiesCertificates = (environment: Environment = process.env): boolean =>
  environment["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0";

/** Whether `fetch` would send plain HTTP to this host through a proxy of the environment. */
export function usesProxyFor(hostname: string, environment: Environment = process.env): boolean {
  const isOn =
    environment["NODE_USE_ENV_PROXY"] === "1" || (environment["NODE_OPTIONS"] ?? "").includes("--use-env-proxy");
  const proxy = environment["http_proxy"] ?? environment["HTTP_PROXY"] ?? "";
  const excepted = (environment["no_proxy"] ?? environment["NO_PROXY"] ?? "").split(/[\s,]+/);
  return isOn && proxy !== "" && !excepted.includes("*") && !excepted.includes(hostname.replace(/^\[(.*)\]$/, "$1"));
}
