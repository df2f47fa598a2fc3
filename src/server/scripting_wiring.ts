/**
 * Builds scripting and ties it to the rest of the server.
 */

import { scriptDenialReason } from "../acl/denial.ts";
import type { Services } from "../commands/services.ts";
import { humanBytes, type InfoFields } from "../metrics/info_sections.ts";
import { Scripting } from "../scripting/scripting.ts";
import type { ServerState } from "../scripting/script_conditions.ts";

/** Builds it. */
export function createScripting(services: Services): Scripting {
  const { clock, logger, cron, tasks, config } = services;
  const threshold = config.integer("busy-reply-threshold");
  return new Scripting({
    clock,
    logger,
    cron,
    tasks,
    executor: () => services.executor,
    serverState: serverState(services),
    thresholdMs: () => threshold.value,
  });
}

/** Makes it known to INFO and MONITOR, and its libraries a part of the data. */
export function wireScripting(services: Services): void {
  const { scripting, monitors, info, metrics: { memory }, persistence } = services;
  const { cache, functions, calls } = scripting;
  monitors.isScript = () => calls.isCalling;
  memory.add("lua.caches", { bytes: () => cache.usedBytes, isOverhead: true });
  memory.add("functions.caches", { bytes: () => functions.usedBytes, isOverhead: true });
  info.supply("memory", () => memoryFields(scripting));
  persistence.libraries = {
    sources: () => scripting.librarySources,
    load: (source, mayReplace) => void scripting.loadLibrary(source, { mayReplace, isTimed: false }),
    clear: () => functions.clear(),
  };
}

function serverState(services: Services): ServerState {
  const { config, eviction, permissions, persistence, switches } = services;
  const isReadOnly = config.boolean("replica-read-only");
  const servesStaleData = config.boolean("replica-serve-stale-data");
  const minReplicas = config.integer("min-replicas-to-write");
  const maxLag = config.integer("min-replicas-max-lag");
  const isClusterEnabled = config.boolean("cluster-enabled");
  return {
    isOutOfMemory: () => eviction.isOutOfMemory,
    isStale: () => !services.replication.isMaster && !servesStaleData.value && !services.replication.link.isUp,
    isReadOnlyReplica: () => !services.replication.isMaster && isReadOnly.value,
    diskFailure: () => {
      if (persistence.isWriteDenied) return "save";
      const { state, writer } = services.aof;
      const reason = state === "off" || persistence.isReplica() ? null : writer.failure;
      return reason === null ? null : { aof: reason };
    },
    lacksReplicas: () => {
      if (!services.replication.isMaster || minReplicas.value === 0 || maxLag.value === 0) return false;
      return services.replication.replicas.countGood() < minReplicas.value;
    },
    isClusterEnabled: () => isClusterEnabled.value,
    isDenialDisabled: () => switches.isScriptDenialDisabled,
    denialOf: (caller, { command, args, isLogged }) => {
      const denial = isLogged
        ? permissions.deny(caller, command, args, "lua")
        : permissions.denialOf(caller, command, args);
      return denial === null ? null : scriptDenialReason(denial);
    },
  };
}

function memoryFields({ cache, functions, scriptStateBytes, functionStateBytes }: Scripting): InfoFields {
  const stateBytes = scriptStateBytes + functionStateBytes;
  return {
    used_memory_lua: scriptStateBytes,
    used_memory_vm_eval: scriptStateBytes,
    used_memory_lua_human: humanBytes(scriptStateBytes),
    number_of_cached_scripts: cache.size,
    number_of_functions: functions.functionCount,
    number_of_libraries: functions.libraryCount,
    used_memory_vm_functions: functionStateBytes,
    used_memory_vm_total: stateBytes,
    used_memory_vm_total_human: humanBytes(stateBytes),
  };
}
