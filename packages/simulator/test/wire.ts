import { Agent, request } from "node:http";
import { connect } from "node:net";

/** What a client receives. */
export interface WireResponse {
  /** Absent if no headers of a response came. */
  readonly status?: number;
  readonly contentType?: string;
  readonly retryAfter?: string;
  readonly text: string;
  /** `complete`, `timeout`, or the code of the error that ended the exchange. */
  readonly ending: string;
}

export interface WireRequest {
  readonly method?: "GET" | "POST";
  readonly url: string;
  readonly user: string;
  readonly body?: string;
  /** The time-out, in milliseconds. Default 5000. */
  readonly timeoutMs?: number;
  /** Default: a new connection. */
  readonly agent?: Agent;
}

/** Sends one request, and reports the exchange. It never rejects. */
export function sendOverWire({
  method = "POST",
  url,
  user,
  body,
  timeoutMs = 5_000,
  agent,
}: WireRequest): Promise<WireResponse> {
  return new Promise((resolve) => {
    let received: WireResponse = { text: "", ending: "" };
    const end = (ending: string): void => {
      clearTimeout(timer);
      resolve({ ...received, ending });
      sent.destroy();
    };
    const endWithError = (error: NodeJS.ErrnoException): void => end(error.code ?? error.message);
    const sent = request(url, { method, auth: `${user}:secret`, agent: agent ?? new Agent({ keepAlive: false }) });
    const timer = setTimeout(() => end("timeout"), timeoutMs);
    sent.on("error", endWithError);
    sent.on("response", (response) => {
      const { "content-type": contentType, "retry-after": retryAfter } = response.headers;
      received = {
        text: "",
        ending: "",
        ...(response.statusCode === undefined ? {} : { status: response.statusCode }),
        ...(contentType === undefined ? {} : { contentType }),
        ...(retryAfter === undefined ? {} : { retryAfter }),
      };
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        received = { ...received, text: received.text + chunk };
      });
      response.on("error", endWithError);
      response.on("end", () => {
        // An agent reuses a connection only if the exchange has ended by itself.
        clearTimeout(timer);
        resolve({ ...received, ending: "complete" });
      });
    });
    sent.end(body);
  });
}

/**
 * Sends these bytes on a plain socket, one after the other, and returns everything that comes back until the other side closes.
 * `then` says whether it closes its own side before that.
 */
export function sendRaw(
  port: number,
  chunks: readonly (string | Buffer)[],
  then: "close" | "wait" = "wait",
): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    const socket = connect(port, "127.0.0.1");
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      received += chunk;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(received));
    for (const chunk of chunks) socket.write(chunk);
    if (then === "close") socket.end();
  });
}
