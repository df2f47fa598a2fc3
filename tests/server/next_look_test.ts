/** How work gives way to the sockets, as the runtime at hand has it. */
import { assertEquals } from "@std/assert";
import { nextLook } from "../../src/base/next_turn.ts";

const ROUNDS = 100;

Deno.test("nextLook() has seen what had come to a socket before", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using sender = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using receiver = await listener.accept();
  const byte = new Uint8Array(1);
  let seen = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const received = receiver.read(new Uint8Array(1)).then(() => seen++);
    // The read has found nothing when the byte comes.
    await nextLook();
    await sender.write(byte);
    await nextLook();
    assertEquals(seen, round + 1);
    await received;
  }
});
