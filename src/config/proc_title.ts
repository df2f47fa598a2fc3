/**
 * The `proc-title-template` parameter: `{variable}` in a text.
 *
 * - `{{` is a plain brace. Spaces around the result are dropped.
 */

/** The values that a template may name. */
export interface ProcTitleVariables {
  readonly title: string;
  readonly "listen-addr": string;
  readonly "server-mode": string;
  readonly "config-file": string;
  readonly port: string;
  readonly "tls-port": string;
  readonly unixsocket: string;
}

/** The process title that `template` describes, or null if a brace is open or a variable unknown. */
export function expandProcTitle(template: string, variables: ProcTitleVariables): string | null {
  const values = new Map<string, string>(Object.entries(variables));
  let title = "";
  let position = 0;
  while (position < template.length) {
    const open = template.indexOf("{", position);
    if (open < 0) {
      title += template.slice(position);
      break;
    }
    title += template.slice(position, open);
    if (template[open + 1] === "{") {
      title += "{";
      position = open + 2;
      continue;
    }
    const close = template.indexOf("}", open + 1);
    const value = close < 0 ? undefined : values.get(template.slice(open + 1, close));
    if (value === undefined) return null;
    title += value;
    position = close + 1;
  }
  return title.replace(/^ +| +$/g, "");
}
