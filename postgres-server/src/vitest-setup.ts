import type { TestProject } from "vitest/node";
import { givenOrStartedServer } from "./server.ts";

/** One server for all test files of a project: each test makes a schema of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await givenOrStartedServer();
  project.provide("databaseUrl", server.url);
  return server.stop;
}
