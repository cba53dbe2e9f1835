import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Timers } from "./timers.ts";

/** An HTTP server that can have an outage and come back on the same port. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Resets every connection, and refuses new ones for `durationMs`. During an outage it does nothing. */
  startOutage(durationMs: number): void;
  /** How many connections are open. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly timers: Timers;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  /** Default: ten seconds, twenty seconds, every second. */
  readonly timeouts?: SenderTimeouts;
}

/** A sender that takes longer gets a 408, and its connection is closed. In milliseconds. */
export interface SenderTimeouts {
  /** For the headers of a request. */
  readonly headMs: number;
  /** For the whole request. */
  readonly requestMs: number;
  /** How often connections are checked for these bounds. */
  readonly checkMs: number;
}

/** Long enough for a request that is typed by hand; short enough that idle senders do not pile up. */
const senderTimeouts: SenderTimeouts = { headMs: 10_000, requestMs: 20_000, checkMs: 1_000 };

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 10_000;

/** After an outage another process may use the port for a moment. If it still does after these attempts, listening fails. */
const MAX_LISTEN_ATTEMPTS = 50;
const LISTEN_REPEAT_MS = 100;

/** Starts to listen. Rejects if the port is in use, or the host is not an address of this machine. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { host, port: wantedPort, timers, onRequest, timeouts = senderTimeouts } = options;
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: timeouts.headMs,
      requestTimeout: timeouts.requestMs,
      connectionsCheckingInterval: timeouts.checkMs,
    },
    onRequest,
  );
  server.maxConnections = MAX_CONNECTIONS;
  let state: "listening" | "away" | "closed" = "listening";

  const openServer = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => {
        server.off("error", reject);
        resolve();
      });
    });

  const closeServer = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });

  async function resumeListening(attempt: number): Promise<void> {
    if (state !== "away") return;
    try {
      await openServer(port);
    } catch (error) {
      if (attempt >= MAX_LISTEN_ATTEMPTS) throw error;
      timers.schedule(LISTEN_REPEAT_MS, () => void resumeListening(attempt + 1));
      return;
    }
    if (state === "away") state = "listening";
    else await closeServer();
  }

  await openServer(wantedPort);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : wantedPort;

  return {
    host,
    port,
    startOutage(durationMs) {
      if (state !== "listening") return;
      state = "away";
      void closeServer().then(() => timers.schedule(durationMs, () => void resumeListening(1)));
    },
    connections: () =>
      new Promise((resolve) => {
        server.getConnections((error, count) => resolve(error === null ? count : 0));
      }),
    async close() {
      const wasListening = state === "listening";
      state = "closed";
      if (wasListening) await closeServer();
    },
  };
}
