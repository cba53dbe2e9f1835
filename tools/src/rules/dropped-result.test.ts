import { describe, expect, it } from "vitest";
import { type Fixture, violationsIn } from "../fixtures.ts";
import { droppedResult } from "./dropped-result.ts";

const given = `
import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from "neverthrow";
import type { Outbox } from "@electrum-vouchers/core/ports";
declare const outbox: Outbox;
declare const ready: boolean;
declare function commit(): ResultAsync<void, "full">;
declare function parse(): Result<number, "bad">;
declare function later(): Promise<Result<number, "bad">>;
declare function every(callback: () => void): void;
declare function ask(callback: () => unknown): void;
declare const log: (result: unknown) => void;
let kept: Result<number, "bad"> | undefined;
`;

const statements: readonly (readonly [text: string, violationCount: number])[] = [
  ["parse();", 1],
  ["commit();", 1],
  ["await commit();", 1],
  ["void commit();", 1],
  ["later();", 1],
  ["await later();", 1],
  ["void later();", 1],
  ["await Promise.all([later(), later()]);", 1],
  ["[1, 2].map(parse);", 1],
  ["ok(1);", 1],
  ["err('bad');", 1],
  ["okAsync(1).map((n) => n + 1);", 1],
  ["commit().mapErr(log);", 1],
  ["(parse());", 1],
  ["ready && parse();", 1],
  ["ready ? parse() : log(1);", 1],
  ["ready ? parse() : commit();", 2],
  ["log(1), parse();", 1],
  ["parse(), log(1);", 1],
  ["for (parse(); ready; commit()) log(1);", 2],
  ["every(() => commit());", 1],
  ["every(() => { commit(); });", 1],
  ["every(async () => await commit());", 1],
  ["[1].forEach(() => parse());", 1],
  ["outbox.release('till-1');", 1],
  ["outbox?.close();", 1],
  ["const result = parse(); log(result);", 0],
  ["kept = parse();", 0],
  ["kept ??= parse();", 0],
  ["parse().match(log, log);", 0],
  ["await commit().match(log, log);", 0],
  ["log(await commit());", 0],
  ["ask(() => commit());", 0],
  ["parse().orTee(log);", 0],
  ["await commit().orTee(log);", 0],
  ["(await commit()).orTee(log);", 0],
  ["parse().andTee(log);", 1],
  ["parse().orTee(log).map(log);", 1],
  ["log([parse()]);", 0],
  ["if (parse().isErr()) log(1);", 0],
  ["parse().unwrapOr(1);", 0],
  ["new Set<Result<number, string>>().add(ok(1));", 0],
  ["export const give = () => parse();", 0],
  ["export const safe = () => errAsync('bad');", 0],
];

const fixtures: readonly Fixture[] = statements.map(([text, violationCount], index) => ({
  description: text,
  path: `packages/runtime/src/given-${index}.ts`,
  text: `${given}${text}\n`,
  violationCount,
}));

describe("no Result is dropped unread", () => {
  const violations = violationsIn(droppedResult, fixtures);

  it.each(fixtures)("$description → $violationCount violations", (fixture) => {
    expect(violations(fixture)).toHaveLength(fixture.violationCount);
  });
});
