/**
 * A plain scan of TypeScript: blanks out what is no code, finds function bodies and imports.
 *
 * - It knows strings, templates, comments and regular expressions, no grammar; that is enough for code that
 *   `deno fmt` has laid out.
 */

/** A function body by its lines, counted from 1. */
export interface FunctionBody {
  firstLine: number;
  lineCount: number;
}

const SKIPPED = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/y;
const REGEXP = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
const CAN_PRECEDE_REGEXP = /(?:^|[(,=:[!&|?{};+\n]|=>|\breturn|\bcase|\bof|\bin)[ \t\n]*$/;

/** The text with comments, strings, templates and regular expressions as blanks; lines and offsets stay. */
export function codeOnly(text: string): string {
  const templateDepths: number[] = [];
  let code = "";
  let depth = 0;
  let index = 0;
  const blank = (end: number) => {
    code += text.slice(index, end).replace(/[^\n]/g, " ");
    index = end;
  };
  while (index < text.length) {
    const char = text[index]!;
    SKIPPED.lastIndex = REGEXP.lastIndex = index;
    if (SKIPPED.test(text)) blank(SKIPPED.lastIndex);
    else if (char === "/" && CAN_PRECEDE_REGEXP.test(code.slice(-40)) && REGEXP.test(text)) blank(REGEXP.lastIndex);
    else if (char === "`" || (char === "}" && templateDepths.at(-1) === depth)) {
      if (char === "}") templateDepths.pop();
      const { end, isHole } = templateEnd(text, index + 1);
      blank(end);
      if (isHole) templateDepths.push(depth);
    } else {
      if (char === "{") depth++;
      if (char === "}") depth--;
      code += char;
      index++;
    }
  }
  return code;
}

/** The function, method and arrow bodies of a file. */
export function functionBodies(text: string): FunctionBody[] {
  const code = codeOnly(text);
  const bodies: FunctionBody[] = [];
  const open: { isFunction: boolean; line: number }[] = [];
  let line = 1;
  let headStart = 0;
  for (let index = 0; index < code.length; index++) {
    const char = code[index];
    if (char === "\n") line++;
    if (char === "{") open.push({ isFunction: opensFunction(code.slice(headStart, index)), line });
    if (char === "}") {
      const opened = open.pop();
      if (opened?.isFunction) bodies.push({ firstLine: opened.line, lineCount: line - opened.line + 1 });
    }
    if (char === "{" || char === "}" || char === ";") headStart = index + 1;
  }
  return bodies;
}

/** The specifiers that a file imports or re-exports from, dynamic imports included. */
export function importSpecifiers(text: string): string[] {
  const pattern = /^\s*(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']/gm;
  const specifiers = [...text.matchAll(pattern)].map((match) => match[1] ?? match[2]!);
  const dynamic = [...text.matchAll(/^[^*\n]*\bimport\(\s*["']([^"']+)["']/gm)].map((match) => match[1]!);
  return [...specifiers, ...dynamic];
}

function opensFunction(head: string): boolean {
  const text = head.trim();
  // Behind a return type in braces, `): { a: number } {`, nothing is left of the head.
  if (text === "") return head === " ";
  if (/=>$|\bfunction\b/.test(text)) return true;
  // The rest of a head whose parameters held braces: `): Type`.
  if (/^(?:=\s*)?\)\s*(?::[^()]*)?$/.test(text)) return true;
  if (/^(?:if|else|for|while|switch|catch|do|try|class|interface|return|export|const|let)\b/.test(text)) return false;
  return /^(?:(?:static|async|override|private|protected|public|get|set|\*)\s*)*[#\w[\].]+(?:<[^()]*>)?\s*\([\s\S]*\)/
    .test(text);
}

function templateEnd(text: string, start: number): { end: number; isHole: boolean } {
  for (let index = start; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === "`") return { end: index + 1, isHole: false };
    else if (text[index] === "$" && text[index + 1] === "{") return { end: index + 2, isHole: true };
  }
  return { end: text.length, isHole: false };
}
