/** The error texts that are made from what the client sent. */
import { assertEquals } from "@std/assert";
import * as errors from "../../../src/resp/reply_errors.ts";
import { Args } from "../../../src/resp/request_batch.ts";

Deno.test("unknownCommand() shows 128 bytes of the name and of the arguments", () => {
  assertEquals(
    errors.unknownCommand(Args.of("foo", "a", "b c")),
    "ERR unknown command 'foo', with args beginning with: 'a' 'b c' ",
  );
  const name = "n".repeat(200);
  const long = "x".repeat(100);
  assertEquals(
    errors.unknownCommand(Args.of(name, long, long, long)),
    `ERR unknown command '${"n".repeat(128)}', with args beginning with: '${long}' '${"x".repeat(25)}' `,
  );
});

Deno.test("unknownCommand() and unknownSubcommand() end client text at a NUL, as C does", () => {
  assertEquals(
    errors.unknownCommand(Args.of("fo\0o", "a\0b")),
    "ERR unknown command 'fo', with args beginning with: 'a' ",
  );
  assertEquals(errors.unknownSubcommand(Args.of("config", "a\0b")), "ERR unknown subcommand 'a'. Try CONFIG HELP.");
});

Deno.test("subcommandSyntax() names the container in upper case", () => {
  assertEquals(
    errors.subcommandSyntax(Args.of("Memory", "x".repeat(130))),
    `ERR unknown subcommand or wrong number of arguments for '${"x".repeat(128)}'. Try MEMORY HELP.`,
  );
});

Deno.test("texts with a command's name", () => {
  assertEquals(errors.wrongArity("config|get"), "ERR wrong number of arguments for 'config|get' command");
  assertEquals(errors.invalidExpireTime("set"), "ERR invalid expire time in 'set' command");
  assertEquals(errors.redirect("MOVED", 3999, "127.0.0.1", 6381), "MOVED 3999 127.0.0.1:6381");
});
