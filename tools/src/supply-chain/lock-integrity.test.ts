import { describe, expect, it } from "vitest";
import { findUnproved } from "./lock-integrity.ts";

const SHA512 = `sha512-${"A".repeat(86)}==`;

const lockOf = (resolution: string): string =>
  ["lockfileVersion: '9.0'", "packages:", "  '@some/package@1.0.0':", `    resolution: ${resolution}`, ""].join("\n");

const messagesFor = (resolution: string): readonly string[] =>
  findUnproved(lockOf(resolution)).map(({ line, message }) => `${line}: ${message}`);

describe("a lock file", () => {
  it("may name each package with its SHA-512", () => {
    expect(messagesFor(`{integrity: ${SHA512}}`)).toEqual([]);
  });

  it.each([
    ["no digest", "{directory: ../elsewhere}"],
    ["a weak digest", "{integrity: sha1-AAAA}"],
    ["a digest that is cut", `{integrity: ${SHA512.slice(0, 60)}}`],
    ["a path beside its digest", `{integrity: ${SHA512}, tarball: file:package.tgz}`],
  ])("may name none with %s", (_, resolution) => {
    expect(messagesFor(resolution)).toEqual(["3: @some/package@1.0.0 is not found by its name and its SHA-512 alone"]);
  });

  it("may name no host, so that it installs from the registry that the machine uses", () => {
    expect(messagesFor(`{integrity: ${SHA512}, tarball: https://registry.test/package.tgz}`)).toContain(
      "4: names a host",
    );
  });
});
