/**
 * The name of a module's type, packed into the 64 bits by which RDB files call it.
 *
 * ```
 * 9 characters of 6 bits (first one highest) | 10 bits encoding version
 * ```
 */

const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const NAME_LENGTH = 9;
const VERSION_BITS = 10n;

/** The name in an id given as two unsigned halves. */
export function moduleName(high: number, low: number): string {
  let rest = ((BigInt(high) << 32n) | BigInt(low)) >> VERSION_BITS;
  let name = "";
  for (let index = 0; index < NAME_LENGTH; index++) {
    name = CHARACTERS[Number(rest & 63n)]! + name;
    rest >>= 6n;
  }
  return name;
}
