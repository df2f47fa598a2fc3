/** Makes ziplists, which the server itself only reads. */
import { ByteWriter } from "../../../src/bytes/byte_writer.ts";
import { bytesOfText } from "../../support/byte_text.ts";

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** A ziplist of texts with one character per byte; those that print an integer are stored as one. */
export function ziplistOf(entries: readonly string[]): Uint8Array<ArrayBuffer> {
  const body = new ByteWriter();
  let previousLength = 0;
  let tail = 10;
  for (const entry of entries) {
    tail = 10 + body.length;
    if (previousLength < 254) {
      body.byte(previousLength);
    } else {
      body.byte(254);
      body.uint32le(previousLength);
    }
    writeData(body, entry);
    previousLength = 10 + body.length - tail;
  }
  const ziplist = new ByteWriter();
  ziplist.uint32le(10 + body.length + 1);
  ziplist.uint32le(tail);
  ziplist.uint16le(Math.min(entries.length, 0xffff));
  ziplist.bytes(body.take());
  ziplist.byte(0xff);
  return ziplist.take();
}

function writeData(out: ByteWriter, entry: string): void {
  if (/^(0|-?[1-9][0-9]*)$/.test(entry) && BigInt(entry) >= INT64_MIN && BigInt(entry) <= INT64_MAX) {
    writeInteger(out, BigInt(entry));
    return;
  }
  if (entry.length < 64) {
    out.byte(entry.length);
  } else if (entry.length < 16_384) {
    out.byte(0x40 | entry.length >> 8);
    out.byte(entry.length);
  } else {
    out.byte(0x80);
    out.uint32be(entry.length);
  }
  out.bytes(bytesOfText(entry));
}

function writeInteger(out: ByteWriter, value: bigint): void {
  const fits = (bits: number) => BigInt.asIntN(bits, value) === value;
  if (value >= 0n && value <= 12n) {
    out.byte(0xf1 + Number(value));
  } else if (fits(8)) {
    out.byte(0xfe);
    out.byte(Number(value));
  } else if (fits(16)) {
    out.byte(0xc0);
    out.uint16le(Number(value));
  } else if (fits(24)) {
    out.byte(0xf0);
    out.uint16le(Number(value & 0xffffn));
    out.byte(Number(value >> 16n));
  } else if (fits(32)) {
    out.byte(0xd0);
    out.uint32le(Number(value));
  } else {
    out.byte(0xe0);
    out.uint64le(value);
  }
}
