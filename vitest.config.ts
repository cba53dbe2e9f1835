import { defineConfig } from "vitest/config";

// Tests run on the sources, without a build: packages name them under this exports condition.
const conditions = ["@electrum-vouchers/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: ["packages/*", "apps/*"].map((pattern) => ({
      extends: true,
      test: { name: pattern, include: [`${pattern}/src/**/*.test.ts`] },
    })),
  },
});
