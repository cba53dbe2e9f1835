import ts from "typescript";
import { type RuleViolation, type Workspace, pathFrom } from "../workspace.ts";

const EXCEPTION = /^\/[/*]\s*(oxlint|eslint)-(disable|enable)/;

const MENTION = /(oxlint|eslint)-(disable|enable)/;

/** For one line, with the names of the rules, and a reason of more than a word after ` -- `. */
const EXPLAINED = /^\/\/ oxlint-disable-next-line \S+(, \S+)* -- \S.{9,}$/;

/** An exception from the linter's rules is for one line, names the rule, and says why. */
export const explainedException = (workspace: Workspace): readonly RuleViolation[] =>
  workspace.files.flatMap((file) =>
    commentsOf(file)
      .filter(({ text }) => EXCEPTION.test(text) && !EXPLAINED.test(text))
      .map(({ start }) => ({
        rule: "explained-exception",
        path: pathFrom(workspace.root, file.fileName),
        line: file.getLineAndCharacterOfPosition(start).line + 1,
        message: "switch off one rule for the next line, by name, with the reason after ` -- `",
      })),
  );

interface Comment {
  readonly start: number;
  readonly text: string;
}

function commentsOf(file: ts.SourceFile): readonly Comment[] {
  // Reading every token of every file takes longer than all other rules together.
  if (!MENTION.test(file.text)) return [];
  const comments = [...tokensOf(file, file)].flatMap((node) => [
    ...(ts.getLeadingCommentRanges(file.text, node.pos) ?? []),
    ...(ts.getTrailingCommentRanges(file.text, node.end) ?? []),
  ]);
  return [...new Map(comments.map(({ pos, end }) => [pos, { start: pos, text: file.text.slice(pos, end) }])).values()];
}

/** Every node, closing braces included: a comment may stand before one of them. */
function* tokensOf(node: ts.Node, file: ts.SourceFile): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren(file)) yield* tokensOf(child, file);
}
