import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

/** A small change that makes the shipped code wrong. */
export interface PlantedDefect {
  /** The file, from the project's root. */
  readonly file: string;
  /** The code as it is. The file holds it exactly once. */
  readonly original: string;
  readonly replacement: string;
}

/** Puts a defect in while its file is loaded by this process, which must not have loaded it before. Gives whether it was put in. */
export function plantDefect({ file, original, replacement }: PlantedDefect): () => boolean {
  let isPlanted = false;
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(`/${file}`)) return loaded;
      const parts = readFileSync(new URL(url), "utf8").split(original);
      if (parts.length !== 2) throw new Error(`${file} holds the code to replace ${parts.length - 1} times, not once`);
      isPlanted = true;
      return { ...loaded, source: parts.join(replacement) };
    },
  });
  return () => isPlanted;
}
