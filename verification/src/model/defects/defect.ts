import type { Configuration } from "../configuration.ts";
import type { Invariant } from "../../oracle/invariants.ts";

/** A small change of the shipped code that makes it wrong, to see that the model checker finds it. */
export interface Defect {
  /** What the code does wrong then. */
  readonly name: string;
  /** The file, from the project's root. */
  readonly file: string;
  /** The code as it is, which stands in the file exactly once. */
  readonly original: string;
  readonly replacement: string;
  /** Where it is found. */
  readonly configuration: Configuration;
  /** What it breaks. */
  readonly invariant: Invariant;
}
