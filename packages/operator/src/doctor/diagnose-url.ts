import { type ConnectionFinding, finding } from "./finding.ts";

/** Where Electrum's API begins. */
const BASE_PATH = "/suv/v1";

const isLoopback = (hostname: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

/** What can be said of a base URL and of the environment before anything is sent. The URL is never repeated: it may hold a password. */
export function diagnoseUrl(
  url: URL,
  environment: Readonly<Record<string, string | undefined>>,
): readonly ConnectionFinding[] {
  const { protocol, hostname, pathname, username, password } = url;
  const paths = pathname.split(BASE_PATH).length - 1;
  const proxies = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].filter(
    (name) => (environment[name] ?? "") !== "",
  );
  const isOn = environment["NODE_USE_ENV_PROXY"] === "1";
  return [
    ...(username === "" && password === ""
      ? []
      : [finding("url", "bad", "it holds credentials: give them in ELECTRUM_USERNAME and ELECTRUM_PASSWORD")]),
    ...(protocol === "https:" || isLoopback(hostname)
      ? []
      : [finding("url", "bad", "it is not https: voucher codes and credentials would be sent in clear")]),
    ...(paths > 1
      ? [finding("url", "bad", `${BASE_PATH} is in it ${paths} times: give it once`)]
      : paths === 0
        ? [finding("url", "warning", `${BASE_PATH} is not in it: Electrum's own URLs end so`)]
        : [finding("url", "good", `it ends in ${BASE_PATH}`)]),
    ...(proxies.length === 0
      ? []
      : [
          finding(
            "environment",
            "warning",
            isOn
              ? `${proxies.join(", ")}: a till goes through this proxy, and the checks below do not`
              : `${proxies.join(", ")} is set, and Node heeds it only with NODE_USE_ENV_PROXY=1`,
          ),
        ]),
    ...(environment["NODE_TLS_REJECT_UNAUTHORIZED"] === "0"
      ? [finding("environment", "bad", "NODE_TLS_REJECT_UNAUTHORIZED=0: no certificate would be verified")]
      : []),
  ];
}
