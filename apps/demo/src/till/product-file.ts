import { readFile, rename, writeFile } from "node:fs/promises";
import { classifyProducts } from "@electrum-vouchers/core";
import type { ProductStore, ProductStoreFailed, StoredProducts } from "@electrum-vouchers/runtime";
import { isJsonObject, parseJson } from "@electrum-vouchers/testkit";
import { err, ok, type Result, ResultAsync } from "neverthrow";

/**
 * Keeps a list of products in a file of JSON. It is written beside the old one and then put in its place, so that a process that is killed
 * leaves one of the two.
 */
export const createProductFile = (path: string): ProductStore => ({
  load: () => new ResultAsync(load(path)),
  save: (stored) => {
    const written = `${path}.new`;
    const saving = writeFile(written, `${JSON.stringify(stored)}\n`).then(() => rename(written, path));
    return ResultAsync.fromPromise(saving, (thrown) => ({ detail: `cannot be written (${codeOf(thrown)})` }));
  },
});

async function load(path: string): Promise<Result<StoredProducts | undefined, ProductStoreFailed>> {
  try {
    return readStored(await readFile(path, "utf8"));
  } catch (thrown) {
    const code = codeOf(thrown);
    return code === "ENOENT" ? ok(undefined) : err({ detail: `cannot be read (${code})` });
  }
}

/** The products read as those of Electrum's own list do. */
function readStored(body: string): Result<StoredProducts, ProductStoreFailed> {
  const json = parseJson(body);
  const fetchedAt = isJsonObject(json) ? json["fetchedAt"] : undefined;
  const read = classifyProducts({ status: 200, body });
  return typeof fetchedAt === "number" && Number.isSafeInteger(fetchedAt) && read.outcome === "listed"
    ? ok({ products: read.products, fetchedAt })
    : err({ detail: "holds no list of products" });
}

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "unknown reason";
