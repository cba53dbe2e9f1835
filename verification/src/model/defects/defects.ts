import { decidingDefects } from "./deciding.ts";
import type { Defect } from "./defect.ts";
import { drivingDefects } from "./driving.ts";
import { readingDefects } from "./reading.ts";

/** Each of them must be caught: a check that nothing fails shows nothing. */
export const defects: readonly Defect[] = [...decidingDefects, ...readingDefects, ...drivingDefects];
