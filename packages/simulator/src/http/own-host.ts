// Who may use the administration. The simulator needs no password, so a page in a developer's browser could reset it: browsers send
// requests to loopback addresses for any page. Two headers, which a page cannot choose, tell them apart:
//
//   Host     the name that the request was sent to. A page of another site may have that name resolve to this machine
//            (DNS rebinding), but cannot change the name.
//   Origin   the site of the page, if a page sent the request. `null` stands for a page that hides its site.
//
// Both must be names of this simulator: the address that it listens on, loopback, and those that are allowed besides. If it listens on
// all addresses, any address of digits is its own, since it is no name that could be made to lead here.

import { isIP } from "node:net";
import type { IncomingHttpHeaders } from "node:http";

export interface OwnHostOptions {
  readonly host: string;
  /** Names that lead here as well, such as the one of a container. */
  readonly allowHosts: readonly string[];
}

/** Whether a request was sent to a name of this simulator, and by no page of another site. */
export type IsOwnRequest = (headers: IncomingHttpHeaders) => boolean;

const LOOPBACK: readonly string[] = ["localhost", "127.0.0.1", "::1"];
const ALL_ADDRESSES: readonly string[] = ["0.0.0.0", "::"];

export function createOwnHostCheck({ host, allowHosts }: OwnHostOptions): IsOwnRequest {
  const names = new Set([...LOOPBACK, host, ...allowHosts].map((name) => name.toLowerCase()));
  const isOwn = (name: string | undefined): boolean =>
    name !== undefined && (names.has(name) || (ALL_ADDRESSES.includes(host) && isIP(name) !== 0));

  return ({ host: sentTo, origin }) =>
    isOwn(nameOf(`http://${sentTo ?? ""}`)) && (origin === undefined || isOwn(nameOf(origin)));
}

/** The name in a URL, in lower case and without brackets. */
const nameOf = (url: string): string | undefined =>
  URL.canParse(url) ? new URL(url).hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase() : undefined;
