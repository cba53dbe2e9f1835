import ts from "typescript";
import { type Finding, findingAt, type House } from "../house.ts";

/** Only a package's own `index.ts` re-exports: everything else is imported from where it is. */
export const noBarrel = (house: House): readonly Finding[] =>
  house.files
    .filter(({ fileName }) => !fileName.endsWith("/src/index.ts"))
    .flatMap((file) => file.statements)
    .filter((statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined)
    .map((statement) => findingAt(house, statement, "no-barrel", "only a package's src/index.ts re-exports"));
