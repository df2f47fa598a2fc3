/**
 * The replica's side of the beginning of a link: who we are, what we can do, and from where we want the stream.
 *
 * ```
 * PING                                             +PONG (or an error that asks for AUTH)
 * AUTH [masteruser] masterauth                     +OK        only with masterauth
 * REPLCONF listening-port <port>                   +OK or an error, which does not matter
 * REPLCONF ip-address <ip>                         +OK or ..  only with replica-announce-ip
 * REPLCONF capa eof capa psync2                    +OK or ..
 * PSYNC <id> <offset>, or PSYNC ? -1               LF* then +CONTINUE [id] | +FULLRESYNC <id> <offset> | -error
 * ```
 */

import { messageOf } from "../base/error_text.ts";
import type { Logger } from "../base/logger.ts";
import type { ArgumentSource } from "../resp/request_batch.ts";
import { encodeRequest } from "../resp/request_encoder.ts";
import { LinkClosed, type LinkConnection } from "./link_connection.ts";

/** What a replica tells its master. */
export interface HandshakeOptions {
  readonly logger: Logger;
  /** Empty: no AUTH. */
  readonly user: Uint8Array;
  readonly password: Uint8Array;
  readonly port: number;
  /** Empty: the master sees for itself. */
  readonly announcedAddress: string;
  /** Where we stopped in which history; null asks for everything. */
  readonly resume: { readonly replicationId: string; readonly offset: number } | null;
  /** Makes the master's successor of its replica: PSYNC ... FAILOVER. */
  readonly isFailover: boolean;
  /** Called when the connection has proved to be alive and the state is that of a handshake. */
  readonly onStep: () => void;
}

/** The master's answer. */
export type PsyncAnswer =
  /** The stream goes on where we stopped, perhaps under a new id. */
  | { readonly kind: "continue"; readonly replicationId: string | null }
  /** A file comes, then the stream from `offset`. */
  | { readonly kind: "full"; readonly replicationId: string; readonly offset: number }
  /** The master knows no PSYNC: SYNC is what is left. */
  | { readonly kind: "unsupported" }
  /** The master cannot serve us now. */
  | { readonly kind: "later" }
  /** The question could not be sent. */
  | { readonly kind: "unsent" };

/** The handshake failed, and the log has been told why; it is tried again later. */
export class HandshakeError extends Error {
  override readonly name = "HandshakeError";
}

const ID_LENGTH = 40;

/** Goes through the handshake. Throws `HandshakeError`. */
export async function shakeHands(link: LinkConnection, options: HandshakeOptions): Promise<PsyncAnswer> {
  const { logger, password, user, announcedAddress } = options;
  const ask = (...request: ArgumentSource[]) => exchange(link, logger, request);

  const pong = await ask("PING");
  options.onStep();
  if (!isUsablePong(pong)) throw failure(logger, `Error reply to PING from master: '${pong}'`);
  logger.notice("Master replied to PING, replication can continue...");

  if (password.length > 0) {
    const answer = user.length > 0 ? await ask("AUTH", user, password) : await ask("AUTH", password);
    if (answer.startsWith("-")) throw failure(logger, `Unable to AUTH to MASTER: ${answer}`);
  }
  await announce(logger, "listening-port", ask("REPLCONF", "listening-port", options.port));
  if (announcedAddress !== "") {
    await announce(logger, "ip-address", ask("REPLCONF", "ip-address", announcedAddress));
  }
  await announce(logger, "capa", ask("REPLCONF", "capa", "eof", "capa", "psync2"));
  return await psync(link, options);
}

async function psync(link: LinkConnection, { logger, resume, isFailover }: HandshakeOptions): Promise<PsyncAnswer> {
  if (resume !== null) {
    logger.notice(`Trying a partial resynchronization (request ${resume.replicationId}:${resume.offset}).`);
  } else {
    logger.notice("Partial resynchronization not possible (no cached master)");
  }
  const request = ["PSYNC", resume?.replicationId ?? "?", resume?.offset ?? -1];
  if (!await sendPsync(link, logger, isFailover ? [...request, "FAILOVER"] : request)) return { kind: "unsent" };
  const answer = await readPsyncAnswer(link, logger);
  if (answer === null) return { kind: "later" };
  if (answer.startsWith("+FULLRESYNC")) return readFullResync(answer, logger);
  if (answer.startsWith("+CONTINUE")) {
    logger.notice("Successful partial resynchronization with master.");
    const replicationId = answer.slice("+CONTINUE ".length);
    return { kind: "continue", replicationId: replicationId.length === ID_LENGTH ? replicationId : null };
  }
  if (answer.startsWith("-NOMASTERLINK") || answer.startsWith("-LOADING")) {
    logger.notice(`Master is currently unable to PSYNC but should be in the future: ${answer}`);
    return { kind: "later" };
  }
  if (answer.startsWith("-ERR")) {
    logger.notice(`Master does not support PSYNC or is in error state (reply: ${answer})`);
  } else {
    logger.warning(`Unexpected reply to PSYNC from master: ${answer}`);
  }
  return { kind: "unsupported" };
}

async function sendPsync(
  link: LinkConnection,
  logger: Logger,
  request: readonly ArgumentSource[],
): Promise<boolean> {
  try {
    await link.send(encodeRequest(...request));
    return true;
  } catch (error) {
    logger.warning(`Unable to send PSYNC to master: -Writing to master: ${messageOf(error)}`);
    logger.warning(
      "Sending command to master in replication handshake: Write error sending the PSYNC command.",
    );
    return false;
  }
}

/** The line that answers PSYNC; null when the link has closed instead. */
async function readPsyncAnswer(link: LinkConnection, logger: Logger): Promise<string | null> {
  try {
    let answer = await link.readLine();
    // Empty lines only say that the master is still busy.
    while (answer === "") answer = await link.readLine();
    return answer;
  } catch (error) {
    if (!(error instanceof LinkClosed)) throw error;
    logger.warning(`Failed to read response from the server: ${error.message}`);
    logger.warning("Master did not reply to PSYNC, will try later");
    return null;
  }
}

function readFullResync(answer: string, logger: Logger): PsyncAnswer {
  const [, replicationId = "", offset = ""] = answer.split(" ");
  if (replicationId.length !== ID_LENGTH || offset === "") {
    logger.warning("Master replied with wrong +FULLRESYNC syntax.");
    // An id that no master has, so that nobody ever resumes from here.
    return { kind: "full", replicationId: "?".repeat(ID_LENGTH), offset: -1 };
  }
  logger.notice(`Full resync from master: ${replicationId}:${offset}`);
  return { kind: "full", replicationId, offset: Number(offset) };
}

function isUsablePong(answer: string): boolean {
  return answer.startsWith("+") || answer.startsWith("-NOAUTH") || answer.startsWith("-NOPERM") ||
    answer.startsWith("-ERR operation not permitted");
}

async function announce(logger: Logger, option: string, answer: Promise<string>): Promise<void> {
  const line = await answer;
  if (line.startsWith("-")) logger.notice(`(Non critical) Master does not understand REPLCONF ${option}: ${line}`);
}

async function exchange(link: LinkConnection, logger: Logger, request: readonly ArgumentSource[]): Promise<string> {
  try {
    await link.send(encodeRequest(...request));
  } catch (error) {
    throw failure(
      logger,
      `Sending command to master in replication handshake: -Writing to master: ${messageOf(error)}`,
    );
  }
  return await readAnswer(link, logger);
}

async function readAnswer(link: LinkConnection, logger: Logger): Promise<string> {
  try {
    return await link.readLine();
  } catch (error) {
    if (!(error instanceof LinkClosed)) throw error;
    logger.warning(`Failed to read response from the server: ${error.message}`);
    throw failure(logger, "Master did not respond to command during SYNC handshake");
  }
}

function failure(logger: Logger, text: string): HandshakeError {
  logger.warning(text);
  return new HandshakeError(text);
}
