import { writeFileSync } from "node:fs";
import { attentionPage } from "./page.ts";

writeFileSync(new URL("../../../docs/attention.md", import.meta.url), attentionPage());
