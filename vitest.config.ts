import { existsSync, readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";

// Tests run on the sources, without a build: packages name them under this exports condition.
const conditions = ["@electrum-vouchers/source"];

const foldersIn = (parent: string): readonly string[] => readdirSync(parent).map((name) => `${parent}/${name}`);

const projectsOnPostgres = ["packages/adapter-postgres-outbox", "packages/operator"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // The default leaves a core free: on a machine with two, half of all.
    maxWorkers: "100%",
    // A bound against hanging, not a measure of speed: on a busy machine an honest test can take several seconds.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [...foldersIn("packages"), ...foldersIn("apps"), "tools", "postgres-server", "verification", "benchmarks"]
      .filter((root) => existsSync(`${root}/package.json`))
      .map((root) => ({
        extends: true,
        test: {
          name: root.replace(/^.*\//, ""),
          root,
          include: ["{src,test}/**/*.test.ts"],
          // One PostgreSQL for all tests of a project.
          ...(projectsOnPostgres.includes(root) ? { globalSetup: ["postgres-server/vitest-setup"] } : {}),
        },
      })),
  },
});
