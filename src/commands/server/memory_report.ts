/**
 * MEMORY DOCTOR: what the figures of MEMORY STATS suggest, in words.
 */

import { humanBytes } from "../../metrics/info_sections.ts";
import type { Services } from "../services.ts";
import { memoryOverview } from "./info_memory.ts";

const MIB = 1024 * 1024;
const SMALL_BYTES = 5 * MIB;
const LARGE_OVERHEAD_BYTES = 10 * MIB;
const LARGE_CLIENT_BYTES = 200 * 1024;

/** The report on one server. */
export function memoryReport(services: Services): string {
  const overview = memoryOverview(services);
  if (overview.usedBytes < SMALL_BYTES) {
    return "There is too little data in this instance for a judgement.\n";
  }
  const findings = findingsOf(services, overview);
  if (findings.length === 0) return "No memory issue was found in this instance.\n";
  return `These are worth a look:\n\n${findings.map((finding) => ` * ${finding}\n`).join("\n")}`;
}

function findingsOf(services: Services, overview: ReturnType<typeof memoryOverview>): string[] {
  const { usedBytes, peakBytes, residentBytes } = overview;
  const { clients, metrics: { memory } } = services;
  const findings: string[] = [];
  if (peakBytes / usedBytes > 1.5) {
    findings.push(
      `Peak: ${humanBytes(peakBytes)} were in use once, now it is ${humanBytes(usedBytes)}. What is free is kept for ` +
        "later use; a restart gives it back.",
    );
  }
  if (residentBytes / usedBytes > 1.4 && residentBytes - usedBytes > LARGE_OVERHEAD_BYTES) {
    findings.push(
      `Resident set: the process holds ${humanBytes(residentBytes)} for ${
        humanBytes(usedBytes)
      } of data and buffers. ` +
        "This follows a peak, or many values that changed their size.",
    );
  }
  if (memory.bytesOf("clients.normal") / Math.max(1, clients.size) > LARGE_CLIENT_BYTES) {
    findings.push(
      "Clients: they hold more than 200 KiB each on average. CLIENT LIST shows which of them read too slowly.",
    );
  }
  if (memory.bytesOf("clients.slaves") > LARGE_OVERHEAD_BYTES) {
    findings.push(
      "Replicas: more than 10 MiB wait to be sent to them. INFO replication shows which of them lag behind.",
    );
  }
  return findings;
}
