import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { onTestFinished } from "vitest";

/** What a server does with its connections and requests. */
export interface Behaviour {
  /** Called as soon as a connection is open, before anything is read from it. */
  readonly onConnection?: (socket: Socket) => unknown;
  /** Called once a request is complete. */
  readonly onRequest?: (socket: Socket, request: string) => unknown;
}

export interface LoopbackServer {
  readonly host: string;
  readonly port: number;
  /** Every complete request, as its raw text. */
  readonly requests: readonly string[];
  connectionsEver(): number;
  /** Open connections that had a request. fetch also keeps spare ones. */
  connectionsInUse(): number;
}

/** A server on loopback that sends only what its behaviour writes. It ends with the test. */
export const serve = (behaviour: Behaviour): Promise<LoopbackServer> =>
  serveOver(createServer(), "connection", behaviour);

/**
 * The same with TLS. Its self-signed certificate is for the name `localhost`, not for an address, and expires in 2120. Its key is
 * published with this test: trust it nowhere else.
 */
export const serveTls = (behaviour: Behaviour): Promise<LoopbackServer> =>
  serveOver(
    createTlsServer({ cert: fixture("certificate.pem"), key: fixture("key.pem") }),
    "secureConnection",
    behaviour,
  );

const fixture = (name: string): string => readFileSync(new URL(`certificate/${name}`, import.meta.url), "utf8");

async function serveOver(server: Server, connected: string, behaviour: Behaviour): Promise<LoopbackServer> {
  const requests: string[] = [];
  const open = new Set<Socket>();
  const inUse = new Set<Socket>();
  let connectionsEver = 0;
  server.on(connected, (socket: Socket) => {
    connectionsEver += 1;
    open.add(socket);
    socket.on("close", () => {
      open.delete(socket);
      inUse.delete(socket);
    });
    // Callers that close their connection are expected.
    socket.on("error", () => {});
    behaviour.onConnection?.(socket);
    let received = "";
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      for (let end = endOfRequest(received); end !== undefined; end = endOfRequest(received)) {
        const request = received.slice(0, end);
        received = received.slice(end);
        inUse.add(socket);
        requests.push(request);
        behaviour.onRequest?.(socket, request);
      }
    });
  });
  // A TLS handshake that the caller aborts is expected.
  server.on("tlsClientError", () => {});
  const port = await listen(server);
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return {
    host: `127.0.0.1:${port}`,
    port,
    requests,
    connectionsEver: () => connectionsEver,
    connectionsInUse: () => inUse.size,
  };
}

/** The end of the first request in `received`, or `undefined` if it is not complete yet. */
function endOfRequest(received: string): number | undefined {
  const headersEnd = received.indexOf("\r\n\r\n");
  if (headersEnd === -1) return undefined;
  const contentLength = /^content-length: (\d+)\r$/im.exec(received.slice(0, headersEnd + 2))?.[1] ?? "0";
  const end = headersEnd + 4 + Number(contentLength);
  return received.length < end ? undefined : end;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a TCP server has a port");
  return address.port;
}

/** A loopback port on which no process listens. */
export async function unusedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}

/** An HTTP/1.1 response as raw text, with its length. */
export const responseText = (status: number, body = "", headers: readonly string[] = []): string =>
  [`HTTP/1.1 ${status} Any`, `content-length: ${Buffer.byteLength(body)}`, ...headers, "", body].join("\r\n");

/** Applies a behaviour to the first connection or request only. It responds to later requests with `afterwards`. */
export function onlyOnce({ onConnection, onRequest }: Behaviour, afterwards: string): Behaviour {
  let connections = 0;
  let requests = 0;
  return {
    onConnection: (socket) => {
      connections += 1;
      if (connections === 1) onConnection?.(socket);
    },
    onRequest: (socket, request) => {
      requests += 1;
      if (requests === 1 && connections === 1) onRequest?.(socket, request);
      else socket.write(afterwards);
    },
  };
}
