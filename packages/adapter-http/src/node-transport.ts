import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { pipeline, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { readText } from "./body.ts";
import type { ResolvedOptions } from "./options.ts";
import type { TransportResponse, Transport } from "./transport.ts";

/** How long an unused connection is kept: as long as `fetch` keeps its own. A server that says when it ends one is heeded. */
const IDLE_MS = 4_000;

/** Over `node:http` and `node:https`, without what `fetch` does for browsers. */
export function nodeTransport({ baseUrl, maxBodyBytes }: ResolvedOptions): Transport {
  const { Agent, request } = baseUrl.startsWith("https:") ? https : http;
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  return {
    send: ({ method, url, headers, json, signal }) =>
      new Promise((resolve, reject) => {
        const sent = request(url, { method, headers, agent, signal });
        sent.on("error", reject);
        sent.on("response", (response) => {
          receive(response, maxBodyBytes).then(resolve, reject);
        });
        // Nobody asked for another protocol, and Node would leave the connection to whoever did.
        sent.on("upgrade", (_response, socket) => {
          socket.destroy();
          reject(new Error("the server turned to another protocol"));
        });
        sent.end(json);
      }),
    close: () => agent.destroy(),
  };
}

async function receive(response: IncomingMessage, maxBodyBytes: number): Promise<TransportResponse> {
  const { statusCode: status = 0, headers } = response;
  const body = await readText(await decompressed(response), maxBodyBytes);
  return { status, body, retryAfter: headers["retry-after"] ?? null };
}

/** Nobody is asked to compress; some do all the same, and some only say so of an empty body. */
async function decompressed(response: IncomingMessage): Promise<AsyncIterable<Uint8Array>> {
  const createDecompressor = decompressors.get(response.headers["content-encoding"]?.toLowerCase() ?? "identity");
  if (createDecompressor === undefined) return response;
  await once(response, "readable");
  if (response.readableLength === 0) return response;
  // Whatever ends one of the two ends the other; whoever reads is told why.
  return pipeline(response, createDecompressor(), () => {});
}

const decompressors: ReadonlyMap<string, () => Transform> = new Map([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);
