/**
 * Which of the test data this server can hold: the tests grow with the kinds of value it knows.
 */

import { KIND_CODES } from "../../src/values/kind.ts";
import { DATASET_FAMILIES, type DatasetFamily } from "../support/datasets.ts";

const KIND_OF_FAMILY: Partial<Record<DatasetFamily, string>> = { hashes: "hash", sortedSets: "zset" };

/** Whether values of a type, by its name in TYPE's reply, can be held. */
export function isSupportedType(type: string): boolean {
  return type in KIND_CODES;
}

/** The families of `datasets.ts` that can be held. */
export const SUPPORTED_FAMILIES: readonly DatasetFamily[] = DATASET_FAMILIES.filter((family) => {
  return isSupportedType(KIND_OF_FAMILY[family] ?? "string");
});
