/** The notation of arguments: each rule, and texts that make no sense. */
import { assertEquals, assertThrows } from "@std/assert";
import { parseSyntax } from "../../../src/command/argument_grammar.ts";

Deno.test("parseSyntax() reads nothing as no arguments", () => {
  assertEquals(parseSyntax(""), []);
  assertEquals(parseSyntax(" \n "), []);
});

Deno.test("parseSyntax() takes a bare name as a string and key as a key", () => {
  assertEquals(parseSyntax("key value count:integer"), [
    { name: "key", type: "key", keySpecIndex: 0 },
    { name: "value", type: "string" },
    { name: "count", type: "integer" },
  ]);
});

Deno.test("parseSyntax() lets a type say otherwise", () => {
  assertEquals(parseSyntax("key:string destination:key#2 pattern:pattern#1 ID:string ip:port"), [
    { name: "key", type: "string" },
    { name: "destination", type: "key", keySpecIndex: 2 },
    { name: "pattern", type: "pattern", keySpecIndex: 1 },
    { name: "ID", type: "string" },
    { name: "ip:port", type: "string" },
  ]);
});

Deno.test("parseSyntax() names a pure token by itself unless told otherwise", () => {
  assertEquals(parseSyntax("[NX] [change=CH] auto='*' 'km'"), [
    { name: "nx", type: "pure-token", token: "NX", optional: true },
    { name: "change", type: "pure-token", token: "CH", optional: true },
    { name: "auto", type: "pure-token", token: "*" },
    { name: "km", type: "pure-token", token: "km" },
  ]);
});

Deno.test("parseSyntax() gives a token to the name after it", () => {
  assertEquals(parseSyntax("EX seconds:integer NX XX STORE key"), [
    { name: "seconds", type: "integer", token: "EX" },
    { name: "nx", type: "pure-token", token: "NX" },
    { name: "xx", type: "pure-token", token: "XX" },
    { name: "key", type: "key", token: "STORE", keySpecIndex: 0 },
  ]);
});

Deno.test("parseSyntax() does not give a token to a renamed token after it", () => {
  assertEquals(parseSyntax("nx=NX value ASC sorting=ALPHA"), [
    { name: "nx", type: "pure-token", token: "NX" },
    { name: "value", type: "string" },
    { name: "asc", type: "pure-token", token: "ASC" },
    { name: "sorting", type: "pure-token", token: "ALPHA" },
  ]);
});

Deno.test("parseSyntax() reads blocks and choices, also inside each other", () => {
  assertEquals(parseSyntax("[LIMIT page(offset:integer count:integer)] order<ASC | [BY key#1]>"), [
    {
      name: "page",
      type: "block",
      token: "LIMIT",
      optional: true,
      arguments: [{ name: "offset", type: "integer" }, { name: "count", type: "integer" }],
    },
    {
      name: "order",
      type: "oneof",
      arguments: [
        { name: "asc", type: "pure-token", token: "ASC" },
        { name: "key", type: "key", token: "BY", keySpecIndex: 1, optional: true },
      ],
    },
  ]);
});

Deno.test("parseSyntax() tells an argument that repeats from one whose token repeats", () => {
  assertEquals(parseSyntax("[GET... pattern] [WEIGHTS weight:integer...] item(field value)... key#1@3.0.6..."), [
    { name: "pattern", type: "string", token: "GET", optional: true, multiple: true, multipleToken: true },
    { name: "weight", type: "integer", token: "WEIGHTS", optional: true, multiple: true },
    {
      name: "item",
      type: "block",
      multiple: true,
      arguments: [{ name: "field", type: "string" }, { name: "value", type: "string" }],
    },
    { name: "key", type: "key", keySpecIndex: 1, since: "3.0.6", multiple: true },
  ]);
});

Deno.test("parseSyntax() reads versions after names, tokens and before parts", () => {
  assertEquals(parseSyntax("[GET@6.2.0] old!2.8.12 both@1.0.0!2.0.0 choice@7.0.0<NX@7.0.1 | XX>"), [
    { name: "get", type: "pure-token", token: "GET", since: "6.2.0", optional: true },
    { name: "old", type: "string", deprecatedSince: "2.8.12" },
    { name: "both", type: "string", since: "1.0.0", deprecatedSince: "2.0.0" },
    {
      name: "choice",
      type: "oneof",
      since: "7.0.0",
      arguments: [
        { name: "nx", type: "pure-token", token: "NX", since: "7.0.1" },
        { name: "xx", type: "pure-token", token: "XX" },
      ],
    },
  ]);
});

Deno.test("parseSyntax() says where a text makes no sense", () => {
  const wrong: [text: string, message: string][] = [
    ["[key", `expected "]" at ""`],
    ["a(b", `expected ")" at ""`],
    ["a<b | c", `expected ">" at ""`],
    ["a) b", `expected an argument at ") b"`],
    ["a [#1]", `expected a name at "#1]"`],
    ["a=b", `expected a token at "b"`],
    ["a@6.2", `expected a name at "@6.2"`],
  ];
  for (const [text, message] of wrong) {
    assertThrows(() => parseSyntax(text), Error, `Cannot read the syntax "${text}": ${message}`);
  }
});
