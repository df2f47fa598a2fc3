/**
 * The memory section of INFO, and what of the server's memory is counted in `used_memory`.
 *
 * - Bytes are counted, not measured: the same data always counts the same. Only the resident set is the system's figure.
 * - Subsystems add their parts to `metrics.memory` under the names that this section and MEMORY STATS read.
 */

import { humanBytes, type InfoFields } from "../../metrics/info_sections.ts";
import type { Services } from "../services.ts";

/** What the program itself counts for before it holds any data: a nominal figure, for the heap's own is not repeatable. */
const STARTUP_BYTES = 1024 * 1024;

/** How the memory is shared out: what INFO and MEMORY STATS both tell. */
export interface MemoryOverview {
  readonly usedBytes: number;
  readonly peakBytes: number;
  readonly startupBytes: number;
  /** Everything but keys and values. */
  readonly overheadBytes: number;
  readonly datasetBytes: number;
  /** Part of what came after the start, in percent. */
  readonly datasetPercent: number;
  readonly residentBytes: number;
}

/** Counts the memory of one server. */
export function memoryOverview({ metrics: { memory } }: Services): MemoryOverview {
  const usedBytes = memory.usedBytes();
  const startupBytes = memory.bytesOf("startup");
  const overheadBytes = memory.overheadBytes();
  const datasetBytes = Math.max(0, usedBytes - overheadBytes);
  return {
    usedBytes,
    peakBytes: memory.peakBytes,
    startupBytes,
    overheadBytes,
    datasetBytes,
    datasetPercent: usedBytes > startupBytes ? 100 * datasetBytes / (usedBytes - startupBytes) : 0,
    residentBytes: Deno.memoryUsage().rss,
  };
}

/** Adds the memory section, and the parts that no other subsystem adds. */
export function addMemorySection(services: Services): void {
  const { info, metrics: { memory }, store, clientMemory } = services;
  memory.add("startup", { bytes: () => STARTUP_BYTES, isOverhead: true });
  memory.add("data", { bytes: () => store.dataBytes, isOverhead: false });
  memory.addOverheadShare("tables", () => store.databases.reduce((sum, db) => sum + db.tableBytes, 0));
  memory.add("clients.normal", { bytes: () => clientMemory.ordinaryBytes, isOverhead: true });
  info.add("memory", () => memoryFields(services));
}

function memoryFields(services: Services): InfoFields {
  const { config, store, metrics: { memory } } = services;
  const overview = memoryOverview(services);
  const { usedBytes, peakBytes, residentBytes } = overview;
  const systemBytes = systemMemoryBytes();
  const maxBytes = config.integer("maxmemory").value;
  return {
    used_memory: usedBytes,
    used_memory_human: humanBytes(usedBytes),
    used_memory_rss: residentBytes,
    used_memory_rss_human: humanBytes(residentBytes),
    used_memory_peak: peakBytes,
    used_memory_peak_human: humanBytes(peakBytes),
    used_memory_peak_perc: `${(100 * usedBytes / peakBytes).toFixed(2)}%`,
    used_memory_overhead: overview.overheadBytes,
    used_memory_startup: overview.startupBytes,
    used_memory_dataset: overview.datasetBytes,
    used_memory_dataset_perc: `${overview.datasetPercent.toFixed(2)}%`,
    allocator_allocated: usedBytes,
    allocator_active: residentBytes,
    allocator_resident: residentBytes,
    total_system_memory: systemBytes,
    total_system_memory_human: humanBytes(systemBytes),
    ...scriptFields(services),
    maxmemory: maxBytes,
    maxmemory_human: humanBytes(maxBytes),
    maxmemory_policy: config.enum("maxmemory-policy").value,
    ...fragmentationFields(usedBytes, residentBytes),
    mem_not_counted_for_evict: memory.uncountedBytes(),
    mem_replication_backlog: memory.bytesOf("replication.backlog"),
    mem_total_replication_buffers: services.replication.backlog.memoryBytes,
    mem_clients_slaves: memory.bytesOf("clients.slaves"),
    mem_clients_normal: memory.bytesOf("clients.normal"),
    mem_cluster_links: memory.bytesOf("cluster.links"),
    mem_aof_buffer: memory.bytesOf("aof.buffer"),
    mem_allocator: "redeno-arena",
    active_defrag_running: 0,
    lazyfree_pending_objects: store.lazyFree.pendingObjects,
    lazyfreed_objects: store.lazyFree.freedObjects,
  };
}

function scriptFields({ metrics: { memory } }: Services): InfoFields {
  const evalBytes = memory.bytesOf("lua.eval");
  const functionsBytes = memory.bytesOf("lua.functions");
  const scriptsBytes = memory.bytesOf("lua.caches");
  const librariesBytes = memory.bytesOf("functions.caches");
  return {
    used_memory_lua: evalBytes,
    used_memory_vm_eval: evalBytes,
    used_memory_lua_human: humanBytes(evalBytes),
    used_memory_scripts_eval: scriptsBytes,
    number_of_cached_scripts: 0,
    number_of_functions: 0,
    number_of_libraries: 0,
    used_memory_vm_functions: functionsBytes,
    used_memory_vm_total: evalBytes + functionsBytes,
    used_memory_vm_total_human: humanBytes(evalBytes + functionsBytes),
    used_memory_functions: librariesBytes,
    used_memory_scripts: scriptsBytes + librariesBytes,
    used_memory_scripts_human: humanBytes(scriptsBytes + librariesBytes),
  };
}

/** There is one figure for all that lies between the bytes in use and the resident set. */
function fragmentationFields(usedBytes: number, residentBytes: number): InfoFields {
  const ratio = (residentBytes / usedBytes).toFixed(2);
  const bytes = residentBytes - usedBytes;
  return {
    allocator_frag_ratio: ratio,
    allocator_frag_bytes: bytes,
    allocator_rss_ratio: "1.00",
    allocator_rss_bytes: 0,
    rss_overhead_ratio: "1.00",
    rss_overhead_bytes: 0,
    mem_fragmentation_ratio: ratio,
    mem_fragmentation_bytes: bytes,
  };
}

/** Memory of the machine; 0 where that may not be known. */
export function systemMemoryBytes(): number {
  if (Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" }).state !== "granted") return 0;
  return Deno.systemMemoryInfo().total;
}
