import type { Configuration } from "../configuration.ts";
import type { Invariant } from "../../oracle/invariants.ts";

/** A small change that makes the shipped code wrong, to show that the model checker finds it. */
export interface Defect {
  /** What the code does wrong then. */
  readonly name: string;
  /** The file, from the project's root. */
  readonly file: string;
  /** The code as it is. The file holds it exactly once. */
  readonly original: string;
  readonly replacement: string;
  /** The configuration in which it is found. */
  readonly configuration: Configuration;
  /** The invariant that it breaks. */
  readonly invariant: Invariant;
}
