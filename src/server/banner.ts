/**
 * What a server says when it starts: who it is, where it listens, and the `PID:` line that tools look for.
 */

/** The start-up banner, several lines. */
export function startBanner({ port, pid }: { port: number; pid: number }): string {
  return [
    "",
    "      ,_,      Redeno, compatible with Redis 7.0.15",
    "     (o,o)     Running in standalone mode",
    `    {\`"'}     Port: ${port}`,
    `    -"-"-      PID: ${pid}`,
    "",
    "",
  ].join("\n");
}
