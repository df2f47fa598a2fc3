/** A slice that a module keeps must let go of the memory it was last pointed at. */
import { assertNoComplaints, sourceFiles } from "./checkout.ts";

const KEPT_SLICE = /^const [a-z]\w* = new (?:Slice|StringView|ListpackEntry)\(\);/gm;

Deno.test("a slice that a module keeps, to point it here and there, is a lasting one", () => {
  const kept = sourceFiles().flatMap(({ path, text }) =>
    text.match(KEPT_SLICE)?.map((line) => `${path}: ${line}`) ?? []
  );
  assertNoComplaints(kept);
});
