import { styleText } from "node:util";

type Paint = (text: string) => string;

/** Colour, where standard output is a terminal that wants it: `styleText` heeds NO_COLOR and plain pipes. */
export const good: Paint = (text) => styleText("green", text);
export const bad: Paint = (text) => styleText("red", text);
export const warning: Paint = (text) => styleText("yellow", text);
export const faint: Paint = (text) => styleText("dim", text);
export const strong: Paint = (text) => styleText("bold", text);
