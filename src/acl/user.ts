/**
 * A user: the name and the secrets with which a client authenticates.
 *
 * - Passwords are kept as the hexadecimal SHA-256 of their bytes, as ACL GETUSER prints them.
 */

import { sha256Hex } from "../bytes/sha256.ts";

/** One user of the server. */
export class User {
  /** One character per byte. */
  readonly name: string;
  /** False: nobody can authenticate as this user. */
  isEnabled = true;
  /** Any password is right. */
  hasNoPassword = false;
  /** Hashes of the passwords, in the order in which they were added. */
  readonly #passwordHashes = new Set<string>();

  constructor(name: string) {
    this.name = name;
  }

  /** Hashes of the passwords, in the order in which they were added. */
  get passwordHashes(): ReadonlySet<string> {
    return this.#passwordHashes;
  }

  /** Adds a password; the user needs one from now on. */
  addPassword(password: Uint8Array): void {
    this.addPasswordHash(sha256Hex(password));
  }

  /** Adds a password by its hash, which has been checked to be one. */
  addPasswordHash(hash: string): void {
    this.#passwordHashes.add(hash);
    this.hasNoPassword = false;
  }

  /** Removes a password by its hash; false when the user does not have it. */
  removePasswordHash(hash: string): boolean {
    return this.#passwordHashes.delete(hash);
  }

  /** Lets everybody in: rule `nopass`. */
  setNoPassword(): void {
    this.#passwordHashes.clear();
    this.hasNoPassword = true;
  }

  /** Takes all passwords away, so that nobody can get in until one is added: rule `resetpass`. */
  resetPasswords(): void {
    this.#passwordHashes.clear();
    this.hasNoPassword = false;
  }

  /** Whether a client that gives `password` may act as this user. */
  accepts(password: Uint8Array): boolean {
    if (!this.isEnabled) return false;
    if (this.hasNoPassword) return true;
    const hash = sha256Hex(password);
    let isKnown = false;
    // All are compared, and each to its end: the time must tell nothing.
    for (const known of this.#passwordHashes) isKnown = equalInConstantTime(hash, known) || isKnown;
    return isKnown;
  }
}

function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
