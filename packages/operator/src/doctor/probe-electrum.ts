// The way to Electrum, step by step, until one fails: its name, a connection, a certificate, an answer. One request is sent, for the list of
// products, which changes nothing.

import { lookup } from "node:dns/promises";
import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { errorTypes, type Instant, printable } from "@electrum-vouchers/core";
import { durationText } from "../text/time-text.ts";
import { type ConnectionFinding, finding } from "./finding.ts";

export interface ElectrumProbe {
  readonly url: URL;
  readonly credentials?: { readonly username: string; readonly password: string };
  /** How long each step may take. */
  readonly timeoutMs: number;
  now(): Instant;
}

/** Certificates that end sooner should be renewed by now. */
const RENEWAL_MS = 14 * 24 * 60 * 60_000;

/** A clock that differs by more makes the times of messages wrong. The header counts whole seconds. */
const CLOCK_TOLERANCE_MS = 5_000;

/** What was found on the way. It never throws. */
export async function probeElectrum(probe: ElectrumProbe): Promise<readonly ConnectionFinding[]> {
  const { url } = probe;
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const findings: ConnectionFinding[] = [];
  const steps: readonly (() => Promise<readonly ConnectionFinding[]>)[] = [
    () => findName(host),
    () => findConnection(host, portOf(url), probe.timeoutMs),
    () => (url.protocol === "https:" ? findCertificate(host, portOf(url), probe) : Promise.resolve([])),
    () => findAnswer(probe),
  ];
  for (const step of steps) {
    findings.push(...(await step()));
    if (findings.some(({ level }) => level === "bad")) break;
  }
  return findings;
}

const portOf = ({ port, protocol }: URL): number => (port === "" ? (protocol === "https:" ? 443 : 80) : Number(port));

async function findName(host: string): Promise<readonly ConnectionFinding[]> {
  try {
    const { address } = await lookup(host);
    return [finding("name", "good", `it leads to ${address}`)];
  } catch {
    return [finding("name", "bad", "it leads nowhere: is it spelt right, and does this machine have a name server?")];
  }
}

/** Resolves with the socket, or with why there is none. */
const waitForSocket = <Opened extends Socket>(
  socket: Opened,
  event: string,
  timeoutMs: number,
): Promise<Opened | string> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve("ETIMEDOUT"), timeoutMs);
    const end = (result: Opened | string) => (): void => {
      clearTimeout(timer);
      resolve(result);
    };
    socket.once(event, end(socket));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message)());
  });

async function findConnection(host: string, port: number, timeoutMs: number): Promise<readonly ConnectionFinding[]> {
  const socket = connect({ host, port });
  const opened = await waitForSocket(socket, "connect", timeoutMs);
  socket.destroy();
  if (typeof opened !== "string") return [finding("connection", "good", `port ${port} is open`)];
  return [
    finding(
      "connection",
      "bad",
      opened === "ETIMEDOUT"
        ? `port ${port} is silent: most likely this machine's address is not on Electrum's allow-list, or a firewall drops it`
        : `port ${port} refuses (${printable(opened)})`,
    ),
  ];
}

async function findCertificate(
  host: string,
  port: number,
  { timeoutMs, now }: ElectrumProbe,
): Promise<readonly ConnectionFinding[]> {
  const socket: TLSSocket = connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}) });
  const opened = await waitForSocket(socket, "secureConnect", timeoutMs);
  const validTo = typeof opened === "string" ? "" : opened.getPeerCertificate().valid_to;
  socket.destroy();
  if (typeof opened === "string")
    return [
      finding(
        "certificate",
        "bad",
        `no secure connection (${printable(opened)}): does a proxy of this network open TLS?`,
      ),
    ];
  const leftMs = Date.parse(validTo) - now();
  return [
    finding("certificate", leftMs < RENEWAL_MS ? "warning" : "good", `it is valid for ${durationText(leftMs, 1)} more`),
  ];
}

async function findAnswer(probe: ElectrumProbe): Promise<readonly ConnectionFinding[]> {
  const answer = await askForProducts(probe);
  if (typeof answer === "string") return [finding("answer", "bad", `no answer (${printable(answer)})`)];
  const { status, date, isElectrum } = answer;
  return [
    isElectrum
      ? finding("answer", "good", `Electrum answers (${status})`)
      : finding(
          "answer",
          "warning",
          `${status}, and not as Electrum does: is the path right, or is a gateway on the way?`,
        ),
    ...findCredentials(status, probe),
    ...findClock(date, probe.now()),
  ];
}

function findCredentials(status: number, { credentials }: ElectrumProbe): readonly ConnectionFinding[] {
  if (credentials === undefined)
    return [finding("credentials", "warning", "not tried: set ELECTRUM_USERNAME and ELECTRUM_PASSWORD")];
  return status === 401 || status === 403
    ? [finding("credentials", "bad", `refused (${status}): is the user the client.id that Electrum has given you?`)]
    : [finding("credentials", "good", "not refused; client.id of each request must be the user's name")];
}

function findClock(date: string | undefined, now: Instant): readonly ConnectionFinding[] {
  const theirs = Date.parse(date ?? "");
  if (Number.isNaN(theirs)) return [finding("clock", "warning", "the answer says no time: the clock was not compared")];
  const aheadMs = now - theirs;
  return Math.abs(aheadMs) > CLOCK_TOLERANCE_MS
    ? [
        finding(
          "clock",
          "bad",
          `this clock is ${durationText(Math.abs(aheadMs))} ${aheadMs > 0 ? "ahead" : "behind"}: set it by NTP`,
        ),
      ]
    : [finding("clock", "good", "it agrees with the answer's")];
}

interface ProductsAnswer {
  readonly status: number;
  readonly date: string | undefined;
  readonly isElectrum: boolean;
}

const MAX_BODY_CHARACTERS = 100_000;

/** Sends the one request. Gives what came, or why nothing came. */
function askForProducts({ url, credentials, timeoutMs }: ElectrumProbe): Promise<ProductsAnswer | string> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const target = new URL(`${url.pathname.replace(/\/+$/, "")}/products`, url);
  const basic = credentials === undefined ? undefined : `${credentials.username}:${credentials.password}`;
  const headers = {
    accept: "application/json",
    ...(basic === undefined ? {} : { authorization: `Basic ${Buffer.from(basic).toString("base64")}` }),
  };
  return new Promise((resolve) => {
    const sent = request(target, { headers, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      readBody(response).then(
        (body) =>
          resolve({
            status: response.statusCode ?? 0,
            date: response.headers.date,
            isElectrum: looksLikeElectrum(body),
          }),
        () => resolve("the answer broke off"),
      );
    });
    sent.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
    sent.end();
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) {
    body += String(chunk);
    if (body.length > MAX_BODY_CHARACTERS) break;
  }
  return body;
}

/** A list of products, or an error with a type that Electrum publishes. */
const looksLikeElectrum = (body: string): boolean => {
  const [, errorType = ""] = /"errorType"\s*:\s*"([A-Z_]+)"/.exec(body) ?? [];
  return errorTypes.some((each) => each === errorType) || /^\s*[[{][^]*"product/i.test(body);
};
