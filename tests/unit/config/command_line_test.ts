/** `parseCommandLine()`: questions, files, standard input and directives. */
import { assertEquals, assertMatch } from "@std/assert";
import { helpText, parseCommandLine, versionText } from "../../../src/config/command_line.ts";

function directivesOf(...argv: string[]): string[] {
  const commandLine = parseCommandLine(argv);
  return commandLine.kind === "run" ? commandLine.directives.split("\n") : [commandLine.kind];
}

Deno.test("parseCommandLine() without arguments runs with the defaults", () => {
  assertEquals(parseCommandLine([]), { kind: "run", configPath: null, directives: "", readsStdin: false });
});

Deno.test("parseCommandLine() answers questions in the first place only", () => {
  for (const flag of ["-h", "--help"]) assertEquals(parseCommandLine([flag, "x"]).kind, "help");
  for (const flag of ["-v", "--version"]) assertEquals(parseCommandLine([flag]).kind, "version");
  for (const flag of ["--test-memory", "--check-system", "--sentinel"]) {
    assertEquals(parseCommandLine([flag]).kind, "refused");
  }
  assertEquals(parseCommandLine(["redis.conf", "--sentinel"]).kind, "refused");
  assertEquals(directivesOf("--port", "1", "--help"), ['port "1" ', "help "]);
  assertEquals(directivesOf("-vv"), ['"-vv" ']);
  assertEquals(directivesOf("--version=yes"), ["version=yes "]);
});

Deno.test("parseCommandLine() takes a file first and standard input first or last", () => {
  const run = (...argv: string[]) => {
    const commandLine = parseCommandLine(argv);
    return commandLine.kind === "run" ? [commandLine.configPath, commandLine.readsStdin, commandLine.directives] : [];
  };
  assertEquals(run("a.conf", "--port", "1", "-"), ["a.conf", true, 'port "1" ']);
  assertEquals(run("-"), [null, true, ""]);
  assertEquals(run("-", "--port", "1"), [null, true, 'port "1" ']);
  assertEquals(run("--port", "-", "1"), [null, false, 'port "-" "1" ']);
});

Deno.test("parseCommandLine() gives a name its value even if that starts with dashes", () => {
  assertEquals(directivesOf("--proc-title-template", "--my--title", "--loglevel", "verbose"), [
    'proc-title-template "--my--title" ',
    'loglevel "verbose" ',
  ]);
  assertEquals(directivesOf("--port", "--loglevel", "verbose"), ['port "--loglevel" "verbose" ']);
  assertEquals(directivesOf("--port 1", "--hz 2"), ["port 1 ", "hz 2 "]);
});

Deno.test("parseCommandLine() takes --save without a value as an empty one", () => {
  assertEquals(directivesOf("--save", "--loglevel", "verbose"), ['save ""', 'loglevel "verbose" ']);
  assertEquals(directivesOf("--loglevel", "verbose", "--save"), ['loglevel "verbose" ', 'save ""']);
  assertEquals(directivesOf("--save", "", "--hz", "5"), ['save "" ', 'hz "5" ']);
  assertEquals(directivesOf("--save", "900", "1"), ['save "900" "1" ']);
});

Deno.test("parseCommandLine() quotes what needs quotes", () => {
  assertEquals(directivesOf("--requirepass", 'a "b"\n\u00fc'), ['requirepass "a \\"b\\"\\n\\xc3\\xbc" ']);
});

Deno.test("versionText() starts with the line that tools read", () => {
  const [first, second] = versionText({ version: "0.1.0", runtime: "Deno 2.9.6" }).split("\n");
  assertMatch(first!, /^Redis server v=7\.0\.15 sha=[0-9a-f]{8}:0 malloc=libc bits=64 build=[0-9a-f]+$/);
  assertEquals(second, "Redeno 0.1.0 on Deno 2.9.6");
});

Deno.test("helpText() names every question and ends with a newline", () => {
  for (const flag of ["-v", "--version", "-h", "--help", "redis.conf"]) {
    assertEquals(helpText().includes(flag), true, flag);
  }
  assertEquals(helpText().endsWith("\n"), true);
});
