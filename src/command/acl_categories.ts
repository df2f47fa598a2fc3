/**
 * The ACL categories of commands: those that `ACL CAT` lists, and which of them follow from a command's flags.
 *
 * - A set of categories is a bit mask; bit n is the n-th name of `ACL_CATEGORIES`.
 * - Every command is in exactly one of `fast` and `slow`.
 */

/** The names of all categories, in the order in which `ACL CAT` and `COMMAND INFO` print them. */
export const ACL_CATEGORIES = [
  "keyspace",
  "read",
  "write",
  "set",
  "sortedset",
  "list",
  "hash",
  "string",
  "bitmap",
  "hyperloglog",
  "geo",
  "stream",
  "pubsub",
  "admin",
  "fast",
  "slow",
  "blocking",
  "dangerous",
  "connection",
  "transaction",
  "scripting",
] as const;

/** The name of an ACL category, without the `@`. */
export type AclCategory = (typeof ACL_CATEGORIES)[number];

/** The bit of a category, or 0 for an unknown name. Upper and lower case are the same. */
export function aclCategoryBit(name: string): number {
  const index = ACL_CATEGORIES.indexOf(name.toLowerCase() as AclCategory);
  return index < 0 ? 0 : 1 << index;
}

/** The names of the categories in a mask, in the order of `ACL_CATEGORIES`. */
export function aclCategoryNames(bits: number): AclCategory[] {
  return ACL_CATEGORIES.filter((_, index) => (bits & (1 << index)) !== 0);
}

/**
 * The categories of a command: those its declaration adds (`explicit`, names separated by blanks) and those that follow from
 * its flags. Throws on an unknown name.
 */
export function aclCategoriesOf(flags: readonly string[], explicit: string): number {
  let bits = 0;
  for (const name of explicit.split(" ")) {
    if (name === "") continue;
    const bit = aclCategoryBit(name);
    if (bit === 0) throw new Error(`Cannot read the ACL categories "${explicit}": "${name}" is none of them`);
    bits |= bit;
  }
  const isScripting = (bits & aclCategoryBit("scripting")) !== 0;
  for (const flag of flags) bits |= categoriesOfFlag(flag, isScripting);
  return bits | aclCategoryBit(flags.includes("fast") ? "fast" : "slow");
}

/** As Redis: a script that only reads may still read anything, so it is not in `read`. */
function categoriesOfFlag(flag: string, isScripting: boolean): number {
  switch (flag) {
    case "readonly":
      return isScripting ? 0 : aclCategoryBit("read");
    case "admin":
      return aclCategoryBit("admin") | aclCategoryBit("dangerous");
    case "write":
    case "pubsub":
    case "blocking":
      return aclCategoryBit(flag);
    default:
      return 0;
  }
}
