import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Fixture, violationsIn } from "../fixtures.ts";
import { workspaceRoot } from "../workspace.ts";
import { ENGINE_ENTRY, inwardDependencies } from "./inward-dependencies.ts";

const importFixture = (folder: string, imports: string, violationCount: number, file = "given.ts"): Fixture => ({
  description: `${folder}: ${imports}`,
  path: `${folder}/${violationCount}-${imports.replaceAll(/[^a-z]+/g, "-")}-${file}`,
  text: `${imports};\n`,
  violationCount,
});

const fixtures: readonly Fixture[] = [
  // The core imports no other package.
  importFixture("packages/core/src", `import * as v from "valibot"`, 0),
  importFixture("packages/core/src", `import { match } from "ts-pattern"`, 0),
  importFixture("packages/core/src", `import { ok } from "neverthrow"`, 0),
  importFixture("packages/core/src/provision", `import type { Instant } from "../time.ts"`, 0),
  importFixture("packages/core/src", `import { randomUUID } from "node:crypto"`, 1),
  importFixture("packages/core/src", `import { readFileSync } from "fs"`, 1),
  importFixture("packages/core/src", `import type { Readable } from "node:stream"`, 1),
  importFixture("packages/core/src", `import ky from "ky"`, 1),
  importFixture("packages/core/src", `export type { Till } from "@electrum-vouchers/runtime"`, 1),
  importFixture("packages/core/src", `import { startTill } from "../../runtime/src/till.ts"`, 1),
  importFixture("packages/core/src", `type Socket = import("node:net").Socket`, 1),
  importFixture("packages/core/src", `const load = () => import("node:fs")`, 1),
  importFixture("packages/core/src", `const load = (name: string) => import(name)`, 1),
  importFixture("packages/core/src", `const fs = require("node:fs")`, 1),
  importFixture("packages/core/src", `import { it } from "vitest"`, 1),
  // Its tests use it, and tools to test with.
  importFixture("packages/core/src", `import { it } from "vitest"`, 0, "given.test.ts"),
  importFixture("packages/core/src", `import fc from "fast-check"`, 0, "given.test.ts"),
  importFixture("packages/core/src", `import { policy } from "@electrum-vouchers/core"`, 0, "given.test.ts"),
  importFixture("packages/core/src", `import { clock } from "@electrum-vouchers/testkit"`, 1, "given.test.ts"),
  importFixture("packages/core/src", `import { readFileSync } from "node:fs"`, 1, "given.test.ts"),
  // The runtime drives the core.
  importFixture("packages/runtime/src", `import type { Outbox } from "@electrum-vouchers/core/ports"`, 0),
  importFixture("packages/runtime/src", `import { electrum } from "@electrum-vouchers/adapter-http"`, 1),
  importFixture("packages/runtime/src", `import { memory } from "@electrum-vouchers/testkit"`, 1),
  importFixture("packages/runtime/src", `import { memory } from "@electrum-vouchers/testkit"`, 0, "given.test.ts"),
  // Adapters know the core and their driver, never each other or the runtime.
  importFixture("packages/adapter-http/src", `import ky from "ky"`, 0),
  importFixture("packages/adapter-http/src", `import { runTransaction } from "@electrum-vouchers/runtime/engine"`, 1),
  importFixture("packages/adapter-http/src", `import Database from "better-sqlite3"`, 1),
  importFixture("packages/adapter-sqlite-outbox/src", `import Database from "better-sqlite3"`, 0),
  importFixture("packages/adapter-sqlite-outbox/src", `import { electrum } from "@electrum-vouchers/adapter-http"`, 1),
  importFixture(
    "packages/adapter-sqlite-outbox/src",
    `import { suite } from "@electrum-vouchers/testkit"`,
    0,
    "given.test.ts",
  ),
  // The simulator validates by rules of its own: it takes only types from the core.
  importFixture("packages/simulator/src", `import type { Voucher } from "@electrum-vouchers/core"`, 0),
  importFixture("packages/simulator/src", `import { type Voucher } from "@electrum-vouchers/core"`, 1),
  importFixture("packages/simulator/src", `import { parseTenders } from "@electrum-vouchers/core"`, 1),
  importFixture("packages/simulator/src", `import * as v from "valibot"`, 1),
  importFixture("packages/simulator/src", `import { uuid } from "@electrum-vouchers/testkit"`, 1, "given.test.ts"),
  // The testkit plays Electrum by the simulator; it knows neither the runtime nor an adapter.
  importFixture("packages/testkit/src", `import { handle } from "@electrum-vouchers/simulator"`, 0),
  importFixture("packages/testkit/src", `import type { Clock } from "@electrum-vouchers/runtime"`, 1),
  importFixture(
    "packages/testkit/src",
    `import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox"`,
    1,
  ),
  // What a package may import is written down; applications may import anything.
  importFixture(
    "packages/adapter-carrier-pigeon/src",
    `import type { Electrum } from "@electrum-vouchers/core/ports"`,
    1,
  ),
  importFixture("apps/demo/src", `import { start } from "@electrum-vouchers/simulator"`, 0),
];

describe("dependencies point inwards", () => {
  const violations = violationsIn(inwardDependencies, fixtures);

  it.each(fixtures)("$description → $violationCount violations", (fixture) => {
    expect(violations(fixture)).toHaveLength(fixture.violationCount);
  });

  it("the engine's entry is where the rule looks for it", () => {
    expect(existsSync(`${workspaceRoot()}/${ENGINE_ENTRY}`)).toBe(true);
  });

  it("the engine, and the files it imports, import the core and neverthrow alone", () => {
    const engineFixture = (path: string, text: string, violationCount: number): Fixture => ({
      description: path,
      path: `packages/runtime/src/${path}`,
      text,
      violationCount,
    });
    const files = [
      engineFixture("engine/index.ts", `import "../executor.ts";\nimport { ok } from "neverthrow";\n`, 0),
      engineFixture("executor.ts", `import { match } from "ts-pattern";\nimport { hrtime } from "node:process";\n`, 2),
      engineFixture("forwarder.ts", `import { match } from "ts-pattern";\nimport { hrtime } from "node:process";\n`, 0),
    ];

    const found = violationsIn(inwardDependencies, files);

    for (const file of files) expect(found(file)).toHaveLength(file.violationCount);
  });

  it("the testkit's index pulls in no test runner; its conformance suite may", () => {
    const testkitFixture = (path: string, text: string, violationCount: number): Fixture => ({
      description: path,
      path: `packages/testkit/src/${path}`,
      text,
      violationCount,
    });
    const files = [
      testkitFixture("index.ts", `import "./clocks.ts";\n`, 0),
      testkitFixture("clocks.ts", `import { it } from "vitest";\nimport { hrtime } from "node:process";\n`, 1),
      testkitFixture("outbox-conformance.ts", `import { it } from "vitest";\nimport * as fc from "fast-check";\n`, 0),
    ];

    const found = violationsIn(inwardDependencies, files);

    for (const file of files) expect(found(file)).toHaveLength(file.violationCount);
  });
});
