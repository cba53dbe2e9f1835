/** A package of others that comes with one of ours. */
interface AllowedPackage {
  readonly name: string;
  /** The packages of ours that bring it, by their folders. */
  readonly through: readonly string[];
  readonly reason: string;
}

/** Each asks for no more than that its notice is kept, and puts no condition on the program that it becomes a part of. */
export const allowedLicences: ReadonlySet<string> = new Set([
  "MIT",
  "ISC",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
]);

const everywhere = [
  "packages/adapter-http",
  "packages/adapter-postgres-outbox",
  "packages/adapter-sqlite-outbox",
  "packages/core",
  "packages/operator",
  "packages/runtime",
  "packages/simulator",
  "packages/testkit",
];
const outbox = ["packages/adapter-sqlite-outbox", "packages/operator"];
const postgres = ["packages/adapter-postgres-outbox", "packages/operator"];

/** Everything of others that ends up in a till. `docs/security.md` says the same to its users. */
export const allowedPackages: readonly AllowedPackage[] = [
  { name: "neverthrow", through: everywhere, reason: "errors as values" },
  {
    name: "@rollup/rollup-linux-x64-gnu",
    through: everywhere,
    reason: "neverthrow names it as optional, by mistake: a binary that nothing loads, on Linux alone",
  },
  { name: "ts-pattern", through: everywhere, reason: "exhaustive matching of responses" },
  { name: "valibot", through: everywhere, reason: "the schemas of messages and options" },
  { name: "ky", through: ["packages/adapter-http", "packages/operator"], reason: "HTTP over fetch, with time-outs" },
  { name: "better-sqlite3", through: outbox, reason: "SQLite, as a binary in the package" },
  { name: "node-addon-api", through: outbox, reason: "better-sqlite3 names it: headers that nothing loads" },
  { name: "pg", through: postgres, reason: "PostgreSQL, over its own protocol" },
  { name: "pg-cloudflare", through: postgres, reason: "pg's sockets on Cloudflare: nothing else loads it" },
  { name: "pg-connection-string", through: postgres, reason: "pg reads its URL with it" },
  { name: "pg-pool", through: postgres, reason: "pg's connections, made anew when they are lost" },
  { name: "pg-protocol", through: postgres, reason: "pg's messages" },
  { name: "pg-types", through: postgres, reason: "pg reads values with it" },
  { name: "pg-int8", through: postgres, reason: "pg-types: 64-bit numbers" },
  { name: "postgres-array", through: postgres, reason: "pg-types: arrays" },
  { name: "postgres-bytea", through: postgres, reason: "pg-types: bytes" },
  { name: "postgres-date", through: postgres, reason: "pg-types: times" },
  { name: "postgres-interval", through: postgres, reason: "pg-types: intervals" },
  { name: "xtend", through: postgres, reason: "postgres-interval copies objects with it" },
  { name: "pgpass", through: postgres, reason: "pg looks for a password in the user's file with it" },
  { name: "split2", through: postgres, reason: "pgpass reads lines with it" },
];
