/**
 * What this process may do on the network, asked before it tries: a missing permission is one clear error instead of a
 * prompt, which would stop the whole server until a person answers.
 */

/** An address was wanted that the process may not use. */
export class NetAccessError extends Error {
  override readonly name = "NetAccessError";
}

/** Throws a `NetAccessError` unless the process may listen on or connect to this address. */
export function requireNet(hostname: string, port: number): void {
  const host = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  if (Deno.permissions.querySync({ name: "net", host }).state === "granted") return;
  throw new NetAccessError(`${host} is not permitted (start with --allow-net)`);
}
