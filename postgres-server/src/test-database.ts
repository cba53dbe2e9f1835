import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    databaseUrl: string;
  }
}

/** The server of this test run, for a test of a project that has `vitest-setup`. */
export const databaseUrl = (): string => inject("databaseUrl");
