/**
 * `supervised systemd`: tells the service manager when the server is ready and when it stops, as `sd_notify` does.
 *
 * - That takes a datagram to the socket that `NOTIFY_SOCKET` names, which Deno sends with `--unstable-net` alone.
 * - Upstart wants its service to stop itself with a signal, and is gone from the systems that Deno runs on.
 */

import { messageOf } from "../base/error_text.ts";
import { requireWrite } from "../base/file_access.ts";
import type { Services } from "../commands/services.ts";
import type { Server } from "./server.ts";

/** Tells whoever supervises this process, if the configuration wants that. To be called before `server` starts. */
export function tellSupervisor({ lifecycle, services }: Server): void {
  const { logger, tasks, replication } = services;
  let socket: string | null = null;
  const tell = (message: string) => {
    if (socket === null) return;
    const path = socket;
    tasks.start("message to systemd", async () => {
      try {
        await send(path, message);
      } catch (error) {
        logger.warning(`systemd supervision error: ${messageOf(error)}`);
      }
    });
  };
  lifecycle.whenListening.push(() => {
    socket = supervisorSocket(services);
    tell("STATUS=Redis is loading...\n");
  });
  lifecycle.whenReady.push(() => {
    const status = replication.isMaster
      ? "Ready to accept connections"
      : "Ready to accept connections in read-only mode. Waiting for MASTER <-> REPLICA sync";
    tell(`STATUS=${status}\nREADY=1\n`);
  });
  lifecycle.beforeStop.push(() => {
    tell("STOPPING=1\n");
    return Promise.resolve("ready");
  });
}

/** The path of the supervisor's socket; null where there is nobody to tell, or no way to do so, of which the log tells. */
function supervisorSocket({ config, logger }: Services): string | null {
  const mode = config.enum("supervised").value;
  if (mode === "no") return null;
  if (mode === "upstart") {
    logger.warning("supervised upstart cannot be followed: this server speaks to systemd alone");
    return null;
  }
  const socket = environment("NOTIFY_SOCKET");
  if (socket !== null) {
    logger.notice(
      "Supervised by systemd. Please make sure you set appropriate values for TimeoutStartSec and TimeoutStopSec in " +
        "your service unit.",
    );
  } else if (mode === "systemd") logger.warning("systemd supervision error: NOTIFY_SOCKET not found!");
  return socket;
}

/** A variable of the environment; null where it is absent or not to be seen. */
function environment(variable: string): string | null {
  if (Deno.permissions.querySync({ name: "env", variable }).state !== "granted") return null;
  return Deno.env.get(variable) ?? null;
}

async function send(socket: string, message: string): Promise<void> {
  if (Deno.listenDatagram === undefined) throw new Error("Deno sends no datagrams without --unstable-net");
  requireWrite(socket, "tell systemd");
  const connection = Deno.listenDatagram({ transport: "unixpacket" });
  try {
    await connection.send(new TextEncoder().encode(message), { transport: "unixpacket", path: socket });
  } finally {
    connection.close();
  }
}
