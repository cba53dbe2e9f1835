import type { Configuration } from "../configuration.ts";
import type { PlantedDefect } from "../../harness/plant-defect.ts";
import type { Invariant } from "../../oracle/invariants.ts";

/** A small change that makes the shipped code wrong, to show that the model checker finds it. */
export interface Defect extends PlantedDefect {
  /** What the code does wrong then. */
  readonly name: string;
  /** The configuration in which it is found. */
  readonly configuration: Configuration;
  /** The invariant that it breaks. */
  readonly invariant: Invariant;
}
