import { writeFileSync } from "node:fs";
import { stateMachinesPage } from "./page.ts";

writeFileSync(new URL("../../../docs/state-machines.md", import.meta.url), stateMachinesPage());
