/**
 * Puts the INFO of a server together from the sections that its parts export.
 */

import { addMemorySection } from "../commands/server/info_memory.ts";
import { addServerSections } from "../commands/server/info_server.ts";
import { addStatsSections } from "../commands/server/info_stats.ts";
import { addPersistenceSection } from "../persistence/persistence_section.ts";
import type { Services } from "../commands/services.ts";

/** Adds every section of INFO. */
export function addInfoSections(services: Services): void {
  addServerSections(services);
  addMemorySection(services);
  addPersistenceSection(services);
  addStatsSections(services);
}
