import ts from "typescript";
import { type Finding, findingAt, type House, nodesOf } from "../house.ts";

/** Data is plain and behaviour is functions: a factory says what a class would, without `this`. */
export const noClass = (house: House): readonly Finding[] =>
  house.files
    .flatMap((file) => [...nodesOf(file)])
    .filter((node) => ts.isClassLike(node))
    .map((node) => findingAt(house, node, "no-class", "a factory instead of a class"));
