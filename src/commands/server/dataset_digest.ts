/**
 * DEBUG DIGEST and DIGEST-VALUE: 20 bytes that are equal where the data is, bit for bit those of Redis.
 *
 * ```
 * xor(x): digest = digest xor SHA1(x)             order does not matter: sets, fields, keys
 * mix(x): digest = SHA1(digest xor SHA1(x))       order matters: lists, streams, the parts of a pair
 *
 * value   = mix(kind as 4 bytes) then by kind; a key that expires adds xor("!!expire!!")
 * key     = mix(name) value
 * dataset = for each database: mix(index as 4 bytes) xor(key) xor(key) ...
 * ```
 *
 * - Encodings make no difference.
 */

import { ascii } from "../../bytes/ascii.ts";
import { formatDouble } from "../../bytes/double.ts";
import { lasting } from "../../bytes/lasting_slice.ts";
import { sha1, SHA1_BYTES } from "../../bytes/sha1.ts";
import { Slice } from "../../bytes/slice.ts";
import { type Kind, KIND_STRING } from "../../values/kind.ts";
import { HashCursor } from "../../values/hash_value.ts";
import { ListCursor } from "../../values/list_value.ts";
import { SetCursor } from "../../values/set_value.ts";
import { SortedSetCursor } from "../../values/sorted_set_cursor.ts";
import { StreamCursor } from "../../values/stream_cursor.ts";
import { MAX_STREAM_ID, MIN_STREAM_ID } from "../../values/stream_id.ts";
import type { EntryRef } from "../../store/entry_layout.ts";
import type { Keyspace } from "../../store/keyspace.ts";
import type { Store } from "../../store/store.ts";
import { readString, StringView } from "../../store/string_entries.ts";
import type { Value } from "../../store/value.ts";

const EXPIRE_MARK = ascii("!!expire!!");

/** A digest in the making. */
export class Digest {
  readonly #bytes = new Uint8Array(SHA1_BYTES);
  readonly #hash = new Uint8Array(SHA1_BYTES);
  readonly #word = new Uint8Array(4);

  /** Begins anew. */
  clear(): this {
    this.#bytes.fill(0);
    return this;
  }

  /** Adds bytes whose place among others does not matter. */
  xor(bytes: Uint8Array, start: number, end: number): void {
    sha1(bytes, start, end, this.#hash, 0);
    for (let i = 0; i < SHA1_BYTES; i++) this.#bytes[i]! ^= this.#hash[i]!;
  }

  /** Adds bytes whose place among others matters. */
  mix(bytes: Uint8Array, start: number, end: number): void {
    this.xor(bytes, start, end);
    sha1(this.#bytes, 0, SHA1_BYTES, this.#bytes, 0);
  }

  /** As `mix`. */
  mixSlice({ bytes, start, end }: Slice): void {
    this.mix(bytes, start, end);
  }

  /** Mixes 4 bytes, high byte first. */
  mixWord(value: number): void {
    const word = this.#word;
    word[0] = value >>> 24;
    word[1] = value >>> 16;
    word[2] = value >>> 8;
    word[3] = value;
    this.mix(word, 0, 4);
  }

  /** As `xor`, of another digest. */
  xorDigest(other: Digest): void {
    this.xor(other.#bytes, 0, SHA1_BYTES);
  }

  /** As 40 hexadecimal digits. */
  toString(): string {
    return this.#bytes.toHex();
  }
}

type ValueOf<K extends Kind> = Extract<Value, { readonly kind: K }>;
type Digester<K extends Kind> = (digest: Digest, value: ValueOf<K>) => void;

/** How the elements of each kind are added; strings are not values of their own. */
const DIGESTERS: { readonly [K in Exclude<Kind, "string">]: Digester<K> } = {
  list(digest, list) {
    const cursor = new ListCursor();
    cursor.seek(list, 0);
    while (cursor.next()) digest.mixSlice(cursor.entry);
  },
  set(digest, set) {
    const cursor = new SetCursor();
    cursor.open(set);
    while (cursor.next()) digest.xor(cursor.member.bytes, cursor.member.start, cursor.member.end);
    cursor.close();
  },
  hash(digest, hash) {
    const cursor = new HashCursor();
    const pair = new Digest();
    cursor.open(hash);
    while (cursor.next()) {
      pair.clear().mixSlice(cursor.field);
      pair.mixSlice(cursor.value);
      digest.xorDigest(pair);
    }
    cursor.close();
  },
  zset(digest, set) {
    const cursor = new SortedSetCursor();
    const pair = new Digest();
    cursor.seek(set);
    while (cursor.next()) {
      pair.clear().mixSlice(cursor.member);
      const score = ascii(formatDouble(cursor.score));
      pair.mix(score, 0, score.length);
      digest.xorDigest(pair);
    }
  },
  stream(digest, stream) {
    const cursor = new StreamCursor();
    cursor.seek(stream, MIN_STREAM_ID, MAX_STREAM_ID);
    while (cursor.next()) {
      digest.mixSlice(new Slice(ascii(`${cursor.id.ms}.${cursor.id.seq}`)));
      while (cursor.nextField()) {
        digest.mixSlice(cursor.field);
        digest.mixSlice(cursor.value);
      }
    }
  },
};

const view = lasting(new StringView());

/** Adds the value of an entry, whether or not its time has come. */
export function digestEntry(digest: Digest, keyspace: Keyspace, entry: EntryRef): void {
  const kind = keyspace.kindOf(entry);
  digest.mixWord(kind);
  if (kind === KIND_STRING) {
    digest.mixSlice(readString(keyspace, entry, view));
  } else {
    const value = keyspace.peekValue(entry);
    (DIGESTERS[value.kind] as Digester<Kind>)(digest, value as never);
  }
  if (keyspace.expiryOf(entry) >= 0) digest.xor(EXPIRE_MARK, 0, EXPIRE_MARK.length);
}

/** The digest of everything. */
export function digestStore(store: Store): Digest {
  const total = new Digest();
  const one = new Digest();
  const key = new Slice();
  for (const { index, keyspace } of store.databases) {
    if (keyspace.size === 0) continue;
    total.mixWord(index);
    keyspace.forEach((entry) => {
      one.clear().mixSlice(keyspace.readKey(entry, key));
      digestEntry(one, keyspace, entry);
      total.xorDigest(one);
    });
  }
  return total;
}
