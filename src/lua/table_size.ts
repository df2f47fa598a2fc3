/**
 * The sizes that an instruction says of a new table.
 */

/** Elements of a constructor that are stored at a time: Lua's `LFIELDS_PER_FLUSH`. */
export const FIELDS_PER_FLUSH = 50;

/** A size in a byte: as it is below 8, then as `(8 + low three bits) << exponent`, rounded up. */
export function packSize(size: number): number {
  let rest = size;
  let exponent = 0;
  while (rest >= 16) {
    rest = (rest + 1) >> 1;
    exponent++;
  }
  return rest < 8 ? rest : ((exponent + 1) << 3) | (rest - 8);
}

/** The size that `packSize` has packed. */
export function unpackSize(packed: number): number {
  const exponent = packed >> 3;
  return exponent === 0 ? packed : ((packed & 7) + 8) * 2 ** (exponent - 1);
}
