/**
 * LOLWUT: the version, and for those who ask for an older one a picture that is never the same twice.
 */

import type { Random } from "../../base/random.ts";
import { readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { utf8 } from "../../bytes/ascii.ts";
import type { Services } from "../services.ts";

const SIGNATURE = "Redis ver. 7.0.15\n";

/** A picture has this many characters to a line unless its first argument says otherwise. */
const DEFAULT_COLUMNS = 66;
const MAX_COLUMNS = 1000;
const MAX_LINES = 200;
/** Dots of a Braille character. */
const DOTS_ACROSS = 2;
const DOTS_DOWN = 4;
const BRAILLE = 0x2800;
/** The bit of each dot, row by row. */
const DOT_BITS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];

/** LOLWUT [VERSION version] [columns [lines]] */
function lolwut({ random }: Services, args: Args, reply: Reply): void {
  const isVersioned = args.count >= 3 && args.text(1).toLowerCase() === "version";
  const version = isVersioned ? readInteger(args, 2, reply) : 7;
  if (version === null) return;
  if (version < 4 || version > 6) return reply.verbatim("txt", SIGNATURE);
  const columns = optionalSize(args, 3, reply, { usual: DEFAULT_COLUMNS, max: MAX_COLUMNS });
  if (columns === null) return;
  const lines = optionalSize(args, 4, reply, { usual: Math.ceil(columns / 3), max: MAX_LINES });
  if (lines === null) return;
  reply.verbatim("txt", utf8(`${drawRipples(random, columns, lines)}\nRipples on a pond. ${SIGNATURE}`));
}

function optionalSize(args: Args, index: number, reply: Reply, size: { usual: number; max: number }): number | null {
  if (args.count <= index) return size.usual;
  const given = readInteger(args, index, reply);
  return given === null ? null : Math.max(1, Math.min(size.max, Number(given)));
}

/** Rings around a few drops, black where the waves meet on the same side. */
function drawRipples(random: Random, columns: number, lines: number): string {
  const width = columns * DOTS_ACROSS;
  const height = lines * DOTS_DOWN;
  const drops = Array.from({ length: 2 + random.below(3) }, () => ({
    x: random.below(width),
    y: random.below(height),
    waveLength: 5 + random.below(12),
  }));
  const isDark = (x: number, y: number) => {
    let level = 0;
    for (const drop of drops) level += Math.cos(Math.hypot(x - drop.x, y - drop.y) * 2 * Math.PI / drop.waveLength);
    return level > drops.length / 3;
  };
  let text = "";
  for (let line = 0; line < lines; line++) {
    for (let column = 0; column < columns; column++) {
      let bits = 0;
      for (const [dot, bit] of DOT_BITS.entries()) {
        if (isDark(column * DOTS_ACROSS + dot % 2, line * DOTS_DOWN + (dot >> 1))) bits |= bit;
      }
      text += String.fromCharCode(BRAILLE + bits);
    }
    text += "\n";
  }
  return text;
}

/** LOLWUT. */
export function lolwutCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "lolwut",
      group: "server",
      since: "5.0.0",
      summary: "Display some computer art and the Redis version",
      arity: -1,
      flags: "readonly fast",
      syntax: "[VERSION version:integer]",
      run: (_context, args, reply) => lolwut(services, args, reply),
    },
  ];
}
