import { styleText } from "node:util";

type TextStyle = (text: string) => string;

/** Colours, if standard output is a terminal: `styleText` respects NO_COLOR and pipes. */
export const styleSuccess: TextStyle = (text) => styleText("green", text);
export const styleError: TextStyle = (text) => styleText("red", text);
export const styleWarning: TextStyle = (text) => styleText("yellow", text);
export const styleDim: TextStyle = (text) => styleText("dim", text);
export const styleBold: TextStyle = (text) => styleText("bold", text);
