/**
 * Numbers that tell objects of scripts apart.
 */

let lastIdentity = 0;

/** A number for the address that `tostring` shows of an object, and for the object's place as a key. */
export function nextIdentity(): number {
  lastIdentity = (lastIdentity + 1) & 0x3fffffff;
  return lastIdentity;
}
