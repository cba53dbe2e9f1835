// JSON allows a field twice, and `JSON.parse` keeps the last one without a word. Of two amounts in a file, the operator then sees one and
// the till sends the other. So a field that stands twice is a fault.

/** A text, a sign, or a number or word, in valid JSON. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** More help no reader. */
const MAX_FOUND = 10;

/** An object or a list that is open, and where in it the text is. */
interface OpenPart {
  /** Absent for a list. */
  readonly names?: Set<string>;
  place: string;
  index: number;
}

/** The paths of the fields that stand twice in the same object. The text must be valid JSON. */
export function findDuplicateFields(json: string): readonly string[] {
  const tokens = json.match(TOKEN) ?? [];
  const open: OpenPart[] = [];
  const found = new Set<string>();
  for (const [position, token] of tokens.entries()) {
    const part = open.at(-1);
    if (token === "{") open.push({ names: new Set(), place: "", index: 0 });
    else if (token === "[") open.push({ place: "0", index: 0 });
    else if (token === "}" || token === "]") open.pop();
    else if (token === "," && part !== undefined && part.names === undefined) nextItem(part);
    else if (tokens[position + 1] === ":" && part?.names !== undefined) {
      part.place = nameOf(token);
      if (part.names.has(part.place)) found.add(open.map(({ place }) => place).join("."));
      part.names.add(part.place);
    }
    if (found.size === MAX_FOUND) break;
  }
  return [...found];
}

function nextItem(part: OpenPart): void {
  part.index += 1;
  part.place = String(part.index);
}

/** The same name may be written in two ways, with and without escapes. */
const nameOf = (token: string): string => String(JSON.parse(token));
