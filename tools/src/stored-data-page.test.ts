import { readFileSync } from "node:fs";
import { join } from "node:path";
import { knownFields } from "@electrum-vouchers/core";
import { describe, expect, it } from "vitest";
import { workspaceRoot } from "./workspace.ts";

// docs/stored-data.md says what redaction leaves of each field, and no more than it does.

const page = readFileSync(join(workspaceRoot(), "docs/stored-data.md"), "utf8");

const MASKED = "nothing: always masked";

/** Each field of the page's table, with what must be so for it to stay. */
function fieldsOfPage(): readonly string[] {
  const section = page.split(/^## /m).find((each) => each.startsWith("What redaction leaves\n")) ?? "";
  return [...section.matchAll(/^\| ([^|]+) \| (`[^|]+`) \|/gm)]
    .flatMap(([, form = "", fields = ""]) =>
      [...fields.matchAll(/`([^`]+)`/g)].map(([, field = ""]) => `${field}: ${form}`),
    )
    .toSorted();
}

describe("docs/stored-data.md", () => {
  it("lists every field that redaction knows, with the form that it keeps, and no other", () => {
    expect(fieldsOfPage()).toEqual(
      knownFields()
        .map(({ path, form = MASKED }) => `${path}: ${form}`)
        .toSorted(),
    );
  });
});
