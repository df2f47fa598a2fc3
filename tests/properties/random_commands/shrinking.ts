/** Finds few commands that show what many have shown. */

/** How often the commands are played again at most; what is left then is still a failure, only not the smallest. */
const MAX_TRIES = 600;

/**
 * Leaves out as much of `items` as still reproduces a failure: first all but the last ones, then ever smaller pieces from
 * anywhere. Returns `items` themselves where the failure does not come again.
 */
export async function shrink<T>(
  items: readonly T[],
  reproduces: (some: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let tries = 0;
  const stillFails = async (some: readonly T[]) => tries++ < MAX_TRIES && await reproduces(some);
  let few = items;
  for (let length = 16; length < items.length; length *= 4) {
    const tail = items.slice(-length);
    if (await stillFails(tail)) {
      few = tail;
      break;
    }
  }
  for (let size = few.length >> 1; size >= 1;) {
    const lengthBefore = few.length;
    for (let end = few.length; end > 0 && few.length > 1;) {
      const start = Math.max(0, end - size);
      const rest = [...few.slice(0, start), ...few.slice(end)];
      if (rest.length > 0 && await stillFails(rest)) few = rest;
      end = start;
    }
    // What one piece needed may have gone with the next: the smallest pieces are tried until none can go.
    if (size > 1 || few.length === lengthBefore) size >>= 1;
  }
  return few;
}
