/**
 * Closes connections that speak HTTP: a browser that an attacker's page has sent here.
 *
 * - As Redis: `POST` and `Host:` as the name of a command end the connection without a reply.
 */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { ascii, equalsIgnoreCase } from "../bytes/ascii.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Client } from "./client.ts";

const POST = ascii("post");
const HOST = ascii("host:");
const LOG_INTERVAL_SECONDS = 60;

/** Notices HTTP. */
export class AttackGuard {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #loggedAtSeconds = -Infinity;

  constructor(options: { clock: Clock; logger: Logger }) {
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** Closes `client` if `name`, which is no command, is HTTP; true when it did. */
  closes(client: Client, name: Slice): boolean {
    if (!equalsIgnoreCase(name, POST) && !equalsIgnoreCase(name, HOST)) return false;
    const nowSeconds = Math.floor(this.#clock.now / 1000);
    // Seldom, or the log itself becomes the attack.
    if (nowSeconds - this.#loggedAtSeconds > LOG_INTERVAL_SECONDS) {
      this.#loggedAtSeconds = nowSeconds;
      this.#logger.warning(
        "Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis. This is " +
          "likely due to an attacker attempting to use Cross Protocol Scripting to compromise your Redis instance. " +
          "Connection aborted.",
      );
    }
    client.closeSoon();
    return true;
  }
}
