import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { basename } from "node:path";

/** A package that the registry serves. */
export interface ServedPackage {
  /** The `package.json` inside the tarball. */
  readonly manifest: ReadonlyMap<string, unknown>;
  /** A `.tgz` file; its name is the last part of its URL. */
  readonly tarball: string;
  /** When it was published, or `null` for a registry that does not say. Default: some time ago. */
  readonly publishedAt?: string | null;
}

export interface LocalRegistry {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves packages on loopback, as a package registry does: one document a package, which lists its only version, and the
 * tarballs. It knows nothing else, and asks no other registry.
 */
export async function startLocalRegistry(packages: readonly ServedPackage[]): Promise<LocalRegistry> {
  const served = packages.map(({ manifest, tarball, publishedAt = PUBLISHED }) => ({
    manifest,
    publishedAt,
    file: basename(tarball),
    bytes: readFileSync(tarball),
  }));
  const tarballs = new Map(served.map(({ file, bytes }) => [`/tarballs/${file}`, bytes]));
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    const tarball = tarballs.get(path);
    if (tarball !== undefined) return respond(response, 200, "application/octet-stream", tarball);
    const found = served.find(({ manifest }) => path === `/${String(manifest.get("name"))}`);
    if (found !== undefined) return respond(response, 200, "application/json", documentOf(found, url));
    return respond(response, 404, "application/json", JSON.stringify({ error: "not found" }));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface ServedFile {
  readonly manifest: ReadonlyMap<string, unknown>;
  readonly file: string;
  readonly bytes: Buffer;
  readonly publishedAt: string | null;
}

/** A version must be some days old before pnpm takes it. */
const PUBLISHED = "2026-01-01T00:00:00.000Z";

function documentOf({ manifest, file, bytes, publishedAt }: ServedFile, url: string): string {
  const version = String(manifest.get("version"));
  const dist = {
    tarball: `${url}/tarballs/${file}`,
    integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
    shasum: createHash("sha1").update(bytes).digest("hex"),
  };
  return JSON.stringify({
    name: manifest.get("name"),
    "dist-tags": { latest: version },
    versions: { [version]: { ...Object.fromEntries(manifest), dist } },
    ...(publishedAt === null ? {} : { time: { created: publishedAt, modified: publishedAt, [version]: publishedAt } }),
  });
}

function respond(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) }).end(body);
}
