/**
 * Which history of writes the data of this server belong to, and how far along it they are.
 *
 * - Ids are 40 hexadecimal digits. A second id is the history that ours branched off from, valid up to `secondOffset`: it
 *   lets those who followed our former master go on with us.
 */

import type { Random } from "../base/random.ts";

const ID_LENGTH = 40;

/** The id that nobody has. */
export const NO_REPLICATION_ID = "0".repeat(ID_LENGTH);

/** The replication ids of one server. */
export class ReplicationHistory {
  /** `master_replid`. */
  id: string;
  /** `master_replid2`. */
  secondId = NO_REPLICATION_ID;
  /** First offset at which the second id is no longer ours, -1 without a second id. */
  secondOffset = -1;

  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
    this.id = random.hexId(ID_LENGTH);
  }

  /** Begins a history that has nothing to do with the former one. */
  renew(): void {
    this.id = this.#random.hexId(ID_LENGTH);
    this.clearSecond();
  }

  /** Branches off at `offset`, the number of bytes that we share with the former history. */
  branch(offset: number): void {
    this.secondId = this.id;
    this.secondOffset = offset + 1;
    this.id = this.#random.hexId(ID_LENGTH);
  }

  /** Follows a master that branched off from the history we share with it up to `offset`. */
  follow(id: string, offset: number): void {
    this.secondId = this.id;
    this.secondOffset = offset + 1;
    this.id = id;
  }

  /** Takes over the history of a master whose whole data we have received. */
  adopt(id: string): void {
    this.id = id;
    this.clearSecond();
  }

  /** Forgets the second id. */
  clearSecond(): void {
    this.secondId = NO_REPLICATION_ID;
    this.secondOffset = -1;
  }
}
