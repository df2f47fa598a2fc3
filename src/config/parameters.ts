/**
 * Every parameter of the server, and the types that follow from the declarations.
 *
 * - The set of names, defaults and bounds is that of Redis 7.0.15 built with TLS (`tests/conformance/config_parameters_test.ts`).
 */

import type { BooleanCell } from "./boolean_cell.ts";
import type { Declaration } from "./declaration.ts";
import type { EnumCell } from "./enum_cell.ts";
import type { FlagSetCell } from "./flag_set_cell.ts";
import type { IntegerCell } from "./integer_cell.ts";
import { ENCODING_PARAMETERS } from "./parameters_encoding.ts";
import { MEMORY_PARAMETERS } from "./parameters_memory.ts";
import { NETWORK_PARAMETERS, TLS_PARAMETERS } from "./parameters_network.ts";
import { AOF_PARAMETERS, SNAPSHOT_PARAMETERS } from "./parameters_persistence.ts";
import { ACCESS_PARAMETERS, MONITORING_PARAMETERS, PROCESS_PARAMETERS } from "./parameters_process.ts";
import { CLUSTER_PARAMETERS, REPLICATION_PARAMETERS } from "./parameters_replication.ts";
import type { StringCell } from "./string_cell.ts";

/** Every parameter by its primary name, in the order in which CONFIG GET and CONFIG REWRITE go through them. */
export const PARAMETERS = {
  ...NETWORK_PARAMETERS,
  ...TLS_PARAMETERS,
  ...PROCESS_PARAMETERS,
  ...ACCESS_PARAMETERS,
  ...MONITORING_PARAMETERS,
  ...SNAPSHOT_PARAMETERS,
  ...AOF_PARAMETERS,
  ...REPLICATION_PARAMETERS,
  ...CLUSTER_PARAMETERS,
  ...MEMORY_PARAMETERS,
  ...ENCODING_PARAMETERS,
};

/** The primary name of a parameter. */
export type ParameterName = keyof typeof PARAMETERS;

/** The cell that holds the parameter `N`. */
export type CellOf<N extends ParameterName> = typeof PARAMETERS[N] extends Declaration<infer C> ? C : never;

type NamesOf<C> = { [N in ParameterName]: CellOf<N> extends C ? N : never }[ParameterName];

/** Names of the `yes` / `no` parameters. */
export type BooleanName = NamesOf<BooleanCell>;
/** Names of the number parameters. */
export type IntegerName = NamesOf<IntegerCell>;
/** Names of the text parameters. */
export type StringName = NamesOf<StringCell>;
/** Names of the parameters that are one word of a list. */
// deno-lint-ignore no-explicit-any
export type EnumName = NamesOf<EnumCell<any>>;
/** Names of the parameters that are several words of a list. */
// deno-lint-ignore no-explicit-any
export type FlagSetName = NamesOf<FlagSetCell<any>>;
