import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { pipeline, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { readText } from "./body.ts";
import type { ResolvedOptions } from "./options.ts";
import type { TransportResponse, Transport } from "./transport.ts";

/** How long an idle connection is kept: as long as by `fetch`, or for a shorter time if the server says so. */
const IDLE_MS = 4_000;

/** A transport over `node:http` and `node:https`, without what `fetch` does for browsers. */
export function createNodeTransport({ baseUrl, maxBodyBytes }: ResolvedOptions): Transport {
  const { Agent, request } = baseUrl.startsWith("https:") ? https : http;
  // Whatever the environment says; see `environment.ts`. An agent of one's own uses no proxy of the environment.
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS, rejectUnauthorized: true });
  return {
    send: ({ method, url, headers, json, signal }) =>
      new Promise((resolve, reject) => {
        const outgoing = request(url, { method, headers, agent, signal });
        outgoing.on("error", reject);
        outgoing.on("response", (response) => {
          receive(response, maxBodyBytes).then(resolve, reject);
        });
        // This adapter never asks for another protocol. Node leaves the connection to this listener, which must end it.
        outgoing.on("upgrade", (_response, socket) => {
          socket.destroy();
          reject(new Error("the server switched to another protocol"));
        });
        outgoing.end(json);
      }),
    close: () => agent.destroy(),
  };
}

async function receive(response: IncomingMessage, maxBodyBytes: number): Promise<TransportResponse> {
  const { statusCode: status = 0, headers } = response;
  const body = await readText(await decompress(response), maxBodyBytes, headers["content-type"] ?? null);
  return { status, body, retryAfter: headers["retry-after"] ?? null };
}

/** The request asks for no compression. Some servers compress all the same, and some name an encoding for an empty body. */
async function decompress(response: IncomingMessage): Promise<AsyncIterable<Uint8Array>> {
  const createDecompressor = decompressors.get(response.headers["content-encoding"]?.toLowerCase() ?? "identity");
  if (createDecompressor === undefined) return response;
  await once(response, "readable");
  if (response.readableLength === 0) return response;
  // If one of the two streams ends or fails, so does the other, and the reader gets the error.
  return pipeline(response, createDecompressor(), () => {});
}

const decompressors: ReadonlyMap<string, () => Transform> = new Map([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);
