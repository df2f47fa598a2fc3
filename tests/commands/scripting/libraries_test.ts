/** The libraries of scripts beside those of the reference: hundreds of values through each function. */
import { referenceTest } from "../../support/reference.ts";
import { assertSameTranscript } from "../connection/same_transcript.ts";

const VALUES = [
  "0",
  "-0",
  "1",
  "-1",
  "127",
  "128",
  "255",
  "256",
  "-32",
  "-33",
  "-128",
  "-129",
  "32767",
  "32768",
  "-32769",
  "65535",
  "65536",
  "2^31",
  "-2^31",
  "-2^31-1",
  "2^32-1",
  "2^32",
  "2^40+1",
  "2^53",
  "2^63",
  "-2^63",
  "2^64",
  "0.1",
  "0.5",
  "1.5",
  "-1.25",
  "1e15",
  "123456789012345",
  "1e100",
  "1e-5",
  "1/3",
  "1/0",
  "-1/0",
  "''",
  "'text'",
  "'7'",
  "' 0x10 '",
  "'\\0\\1\\127\\128\\255'",
  "'\"/\\\\\\b\\f\\n\\r\\t\\v'",
  "string.rep('x', 31)",
  "string.rep('x', 32)",
  "string.rep('x', 255)",
  "string.rep('x', 256)",
  "string.rep('x', 70000)",
  "true",
  "false",
  "nil",
  "cjson.null",
  "{}",
  "{1, 2, 3}",
  "{1, nil, 3}",
  "{[1]=1, [3]=3, [12]=12}",
  "{[1]=1, [1000]=2}",
  "{[0]=1}",
  "{[1.5]=1}",
  "{[-1]=1}",
  "{a=1}",
  "{a={b={c={}}}}",
  "{[true]=1}",
  "{{}, {{}}, {{{}}}}",
  "{1, 2, a=3}",
  "{x=1, y=2, z=3, name='n', other={1, 2}, flag=true}",
  "function() end",
];

async function assertSame(scripts: readonly string[]): Promise<void> {
  await assertSameTranscript(async (players) => {
    for (const script of scripts) await players.call("a", ["eval", script, "0"]);
  });
}

referenceTest("cjson.encode() gives the reference's text", async () => {
  await assertSame([
    ...VALUES.map((value) => `return cjson.encode(${value})`),
    ...VALUES.map((value) => `cjson.encode_sparse_array(true); return cjson.encode(${value})`),
    ...VALUES.map((value) => `cjson.encode_invalid_numbers('null'); return cjson.encode(${value})`),
    ...VALUES.map((value) => `cjson.encode_invalid_numbers(true); return cjson.encode(${value})`),
    ...["1", "3", "14"].flatMap((digits) =>
      VALUES.slice(0, 38).map((value) => `cjson.encode_number_precision(${digits}); return cjson.encode(${value})`)
    ),
    "cjson.encode_max_depth(2); return cjson.encode({{1}})",
    "cjson.encode_max_depth(2); return cjson.encode({{{1}}})",
    "cjson.encode_max_depth(1000); local a = {}; a[1] = a; return cjson.encode(a)",
    "cjson.encode_max_depth(100000); local a = {}; a[1] = a; return cjson.encode(a)",
    "local a = {}; a.x = a; return cjson.encode(a)",
    "return cjson.encode()",
    "return cjson.encode(1, 2)",
  ]);
});

referenceTest("cjson's configuration answers as the reference's", async () => {
  const names = ["encode_sparse_array", "encode_max_depth", "decode_max_depth", "encode_number_precision"];
  const switches = ["encode_keep_buffer", "encode_invalid_numbers", "decode_invalid_numbers"];
  const values = ["", "nil", "0", "1", "2", "14", "15", "-1", "2^31", "'5'", "'x'", "true", "false", "'on'", "'off'", "'null'", "{}"];
  await assertSame([
    ...[...names, ...switches].flatMap((name) => values.map((value) => `return {cjson.${name}(${value})}`)),
    "return {cjson.encode_sparse_array(true, 3, 4)}",
    "return {cjson.encode_sparse_array(true, -1)}",
    "return {cjson.encode_sparse_array(1, 2, 3, 4)}",
    "return {cjson._NAME, cjson._VERSION, type(cjson.new()), tostring(cjson.null), type(cjson.null)}",
    "return cjson.new().encode({1})",
  ]);
});

referenceTest("cjson.decode() reads what the reference reads", async () => {
  const texts = [
    '""', '"a"', '"\\u0041\\u00e9\\u20ac\\ud83d\\ude00"', '"\\ud83d"', '"\\ude00"', '"\\ud83dx"', '"\\u12"', '"\\x"', '"\\"', '"unfinished',
    '"\\/\\b\\f\\n\\r\\t\\\\\\""', "1", "-1", "+1", "01", "1.", ".5", "1e5", "1E+5", "1e", "0x1F", "0x", "-0x10", "inf", "-inf", "nan", "NaN",
    "-nan", "Infinity", "infx", "true", "false", "null", "tru", "nul", "TRUE", "[]", "[1,2]", "[1,]", "[,]", "[1 2]", "[", "]", "{}", '{"a":1}',
    '{"a":1,}', '{"a"}', '{"a":}', "{1:2}", '{"a":1 "b":2}', '{"a":1,"a":2}', "{", "}", "", " ", " 1 ", "1 2", "\t[1,\r\n2]", "1\0x", "\0", "a",
    '{"a":{"b":[1,{"c":null}]}}', "[[[[1]]]]", "12345678901234567890", "1e400", "-0", "[1,2,3", "'a'", "[nullx]",
  ];
  const quote = (text: string) =>
    `'${[...text].map((character) => `\\${String(character.charCodeAt(0)).padStart(3, "0")}`).join("")}'`;
  const show = "local function show(v) if type(v) ~= 'table' then return type(v) .. ':' .. tostring(v) end " +
    "local s = '{' for k, x in pairs(v) do s = s .. tostring(k) .. '=' .. show(x) .. ',' end return s .. '}' end ";
  await assertSame([
    ...texts.map((text) => `${show} return show(cjson.decode(${quote(text)}))`),
    ...texts.map((text) => `cjson.decode_invalid_numbers(false) ${show} return show(cjson.decode(${quote(text)}))`),
    "cjson.decode_max_depth(2); return cjson.decode('[[1]]')",
    "cjson.decode_max_depth(2); return cjson.decode('[[[1]]]')",
    "cjson.decode_max_depth(1000); return cjson.decode(string.rep('[', 1001))",
    "return cjson.decode(string.rep('[', 1000) .. string.rep(']', 1000))",
    "return cjson.decode()",
    "return cjson.decode({})",
    "return cjson.decode(12)",
    "return cjson.decode('1', 2)",
  ]);
});

referenceTest("cmsgpack gives the reference's bytes and reads them", async () => {
  const bytes = [
    "\\192", "\\193", "\\194", "\\195", "\\127", "\\224", "\\204", "\\204\\255", "\\205\\1\\2", "\\206\\255\\255\\255\\255", "\\208\\128", "\\209\\128\\0",
    "\\207\\255\\255\\255\\255\\255\\255\\255\\255", "\\210\\128\\0\\0\\0", "\\211\\128\\0\\0\\0\\0\\0\\0\\0", "\\202\\63\\128\\0\\0",
    "\\203\\63\\240\\0\\0\\0\\0\\0\\0", "\\161a", "\\161", "\\217\\1a", "\\218\\0\\1a", "\\219\\0\\0\\0\\1a", "\\217\\5a", "\\145\\1", "\\146\\1",
    "\\220\\0\\1\\1", "\\221\\0\\0\\0\\1\\1", "\\129\\1\\2", "\\129\\192\\2", "\\222\\0\\1\\1\\2", "\\223\\0\\0\\0\\1\\1\\2", "\\1\\2\\3", "\\196",
    "\\202\\127\\192\\0\\0", "",
  ];
  const show = "local function show(v) if type(v) ~= 'table' then return type(v) .. ':' .. tostring(v) end " +
    "local s = '{' for k, x in pairs(v) do s = s .. tostring(k) .. '=' .. show(x) .. ',' end return s .. '}' end ";
  await assertSame([
    ...VALUES.map((value) => `return cmsgpack.pack(${value})`),
    ...bytes.map((text) => `${show} local r = {cmsgpack.unpack('${text}')} return {#r, show(r)}`),
    ...bytes.map((text) => `${show} return show({cmsgpack.unpack_one('${text}')})`),
    ...bytes.map((text) => `${show} return show({cmsgpack.unpack_limit('${text}', 2, 1)})`),
    "return cmsgpack.pack()",
    "return cmsgpack.pack(1, 'a', {})",
    "return {cmsgpack.unpack_one('\\1\\2', 1)}",
    "return {cmsgpack.unpack_one('\\1\\2', 3)}",
    "return {cmsgpack.unpack_one('\\1\\2', -1)}",
    "return {cmsgpack.unpack_limit('\\1\\2', -1)}",
    "return {cmsgpack.unpack_limit('\\1\\2')}",
    "return {cmsgpack.unpack()}",
    "return {cmsgpack.unpack({})}",
    "return cmsgpack.unpack(string.rep('\\145', 5000))",
    "local a = {}; a[1] = a; return cmsgpack.pack(a)",
    "return {cmsgpack._NAME, cmsgpack._VERSION, cmsgpack._COPYRIGHT, cmsgpack._DESCRIPTION}",
  ]);
});

referenceTest("struct packs and unpacks as the reference", async () => {
  const integers = ["b", "B", "h", "H", "l", "L", "T", "i", "I", "i1", "I3", "i8", "I8", "i9", "I16", ">h", ">I4", "<i2", "!8 bi", "!4bd"];
  const numbers = ["0", "1", "-1", "127", "200", "-200", "65536", "2^31", "-2^31", "2^40", "2^53", "2^63", "-2^63", "2^64", "1.9", "-1.9", "1/0"];
  const packed = "'\\1\\2\\3\\4\\5\\6\\7\\128\\9\\10\\11\\12\\13\\14\\15\\255\\17\\18'";
  await assertSame([
    ...integers.flatMap((format) => numbers.map((value) => `return struct.pack('${format}', ${value}, ${value})`)),
    ...["f", "d", ">f", ">d"].flatMap((format) => numbers.map((value) => `return struct.pack('${format}', ${value})`)),
    ...integers.map((format) => `local r = {struct.unpack('${format}', ${packed})} for i = 1, #r do r[i] = tostring(r[i]) end return r`),
    ...["f", "d", ">f", ">d"].map((format) => `local r = {struct.unpack('${format}', ${packed})} return tostring(r[1])`),
    ...integers.map((format) => `return struct.size('${format}')`),
    "return struct.pack('s', 'abc')",
    "return struct.pack('c2', 'abc')",
    "return struct.pack('c5', 'abc')",
    "return struct.pack('c0', 'abc')",
    "return struct.pack('Bc0x', 3, 'abc')",
    "return {struct.unpack('Bc0', '\\3abcdef')}",
    "return {struct.unpack('c0', 'abc')}",
    "return {struct.unpack('Bc0', '\\9abc')}",
    "return {struct.unpack('s', 'abc\\0def')}",
    "return {struct.unpack('s', 'abc')}",
    "return {struct.unpack('c3', 'abcdef', 2)}",
    "return {struct.unpack('c3', 'abcdef', 0)}",
    "return {struct.unpack('c3', 'abcdef', -1)}",
    "return {struct.unpack('c3', 'abcdef', 10)}",
    "return struct.pack('z', 1)",
    "return struct.pack('i33', 1)",
    "return struct.pack('i99999999999', 1)",
    "return struct.pack('!3i', 1)",
    "return struct.pack('i')",
    "return struct.pack('i', 'x')",
    "return struct.pack('s', {})",
    "return struct.pack()",
    "return struct.unpack('i')",
    "return struct.size('s')",
    "return struct.size('c0')",
    "return struct.size('c10i')",
    "return struct.size('?')",
    "return struct.size('z')",
  ]);
});

referenceTest("bit computes as the reference", async () => {
  const numbers = ["0", "1", "-1", "255", "0x7fffffff", "0x80000000", "0xffffffff", "2^40+5", "-2^40-5", "1.5", "2.5", "1e20", "'12'", "1/0"];
  const unary = ["tobit", "bnot", "bswap", "tohex"];
  const binary = ["band", "bor", "bxor", "lshift", "rshift", "arshift", "rol", "ror"];
  await assertSame([
    ...unary.flatMap((name) => numbers.map((value) => `return tostring(bit.${name}(${value}))`)),
    ...binary.flatMap((name) =>
      numbers.flatMap((value) => ["0", "1", "7", "31", "33", "-1"].map((other) => `return bit.${name}(${value}, ${other})`))
    ),
    ...["0", "1", "4", "8", "9", "-4", "-9"].map((digits) => `return bit.tohex(0xabcdef12, ${digits})`),
    ...[...unary, ...binary].flatMap((name) => [`return bit.${name}()`, `return bit.${name}({})`, `return bit.${name}('x')`]),
    "return bit.band(1, 2, 'x')",
    "return bit.band(7, 6, 12)",
    "return bit.lshift(1)",
  ]);
});
