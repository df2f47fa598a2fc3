/** `loadConfigFile()`: sources, includes, directives that are no parameters, and reports. */
import { assertEquals, assertThrows } from "@std/assert";
import { Config } from "../../../src/config/config.ts";
import {
  ConfigFileError,
  type ConfigFileHost,
  type ConfigSources,
  loadConfigFile,
} from "../../../src/config/config_file.ts";

const DECODER = new TextDecoder();

/** A host over files in memory that writes down what it is told. */
class MemoryHost implements ConfigFileHost {
  readonly calls: string[] = [];
  readonly #files: Record<string, string>;

  constructor(files: Record<string, string>) {
    this.#files = files;
  }

  readTextFile(path: string): string {
    const text = this.#files[path];
    if (text === undefined) throw new Error(`No such file or directory (os error 2): open '${path}'`);
    return text;
  }

  expandGlob(pattern: string): string[] {
    return Object.keys(this.#files).filter((path) => path.startsWith(pattern.replace(/\*.*$/, ""))).sort();
  }

  checkLogFile(path: string): string | null {
    return path === "/denied" ? "Permission denied" : null;
  }

  renameCommand(name: Uint8Array, target: Uint8Array): string | null {
    this.calls.push(`rename ${DECODER.decode(name)} ${DECODER.decode(target)}`);
    return null;
  }

  declareUser(args: readonly Uint8Array[]) {
    this.calls.push(`user ${args.map((arg) => DECODER.decode(arg)).join(" ")}`);
    return args.length > 2 ? { argumentIndex: 2, reason: "Syntax error" } : null;
  }

  loadModule(args: readonly Uint8Array[]): string | null {
    this.calls.push(`module ${args.map((arg) => DECODER.decode(arg)).join(" ")}`);
    return null;
  }

  configureModule(name: string, value: Uint8Array): void {
    this.calls.push(`setting ${name}=${DECODER.decode(value)}`);
  }
}

function load(
  files: Record<string, string>,
  sources: Partial<ConfigSources> = {},
): { config: Config; calls: string[] } {
  const config = new Config();
  const host = new MemoryHost(files);
  loadConfigFile(config, { path: "main" in files ? "main" : null, ...sources }, host);
  return { config, calls: host.calls };
}

function reportOf(files: Record<string, string>): { message: string; isLogged: boolean } {
  const { message, isLogged } = assertThrows(() => load(files), ConfigFileError);
  return { message, isLogged };
}

Deno.test("loadConfigFile() reads the file, then standard input, then directives", () => {
  const { config } = load({ main: "port 1\nhz 20\ntimeout 3" }, {
    stdinText: "\nhz 30\ntimeout 4\n",
    directives: 'timeout "5" ',
  });
  assertEquals([config.integer("port").value, config.integer("hz").value, config.integer("timeout").value], [1, 30, 5]);
});

Deno.test("loadConfigFile() adds up save lines, after the first one replaced the defaults", () => {
  assertEquals(load({ main: "save 1 2\nsave 3 4 5 6" }).config.cell("save").print(), "1 2 3 4 5 6");
  assertEquals(load({ main: 'save 1 2\nsave ""' }).config.cell("save").print(), "");
  assertEquals(load({ main: 'save ""\nsave "7 8"' }).config.cell("save").print(), "7 8");
  assertEquals(load({ main: "port 1" }).config.cell("save").print(), "3600 1 300 100 60 10000");
});

Deno.test("loadConfigFile() reads included files and patterns in place", () => {
  const { config } = load({
    main: "hz 1\ninclude one\ninclude 'd/*.conf'\nport 9",
    one: "hz 2",
    "d/a.conf": "timeout 1\n",
    "d/b.conf": "timeout 2",
  });
  assertEquals([config.integer("hz").value, config.integer("timeout").value, config.integer("port").value], [2, 2, 9]);
});

Deno.test("loadConfigFile() ends a file that includes itself", () => {
  assertEquals(
    reportOf({ main: "include main" }).message,
    "\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nReading the configuration file, at line 1\n>>> 'include main'\nToo many levels of include\n",
  );
});

Deno.test("loadConfigFile() hands directives that are no parameters to the host", () => {
  const { calls } = load({
    main:
      'rename-command CONFIG ""\nUSER alice on\nloadmodule m.so a b\nmod.setting 1 2\nlua-replicate-commands yes\nsentinel',
  });
  assertEquals(calls, ["rename CONFIG ", "user alice on", "module m.so a b", "setting mod.setting=1 2"]);
});

Deno.test("loadConfigFile() reports the line and the reason", () => {
  const report = (line: number, text: string, reason: string) => ({
    message:
      `\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nReading the configuration file, at line ${line}\n>>> '${text}'\n${reason}\n`,
    isLogged: false,
  });
  assertEquals(
    reportOf({ main: "# x\n\n  Port x  \r\n" }),
    report(3, "Port x", "argument couldn't be parsed into an integer"),
  );
  assertEquals(
    reportOf({ main: "user alice on nope" }),
    report(1, "user alice on nope", "Error in user declaration 'nope': Syntax error"),
  );
  assertEquals(reportOf({ main: "hz '1" }), report(1, "hz '1", "Unbalanced quotes in configuration line"));
  assertEquals(reportOf({ main: "hz" }), report(1, "hz", "wrong number of arguments"));
});

Deno.test("loadConfigFile() reports what is wrong with the whole without a line", () => {
  const head = "\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n";
  assertEquals(reportOf({ main: "logfile /denied" }).message, `${head}Can't open the log file: Permission denied\n`);
  assertEquals(
    reportOf({ main: "cluster-enabled yes\nreplicaof h 1" }).message,
    `${head}replicaof directive not allowed in cluster mode\n`,
  );
});

Deno.test("loadConfigFile() logs a file that cannot be opened", () => {
  assertEquals(reportOf({ main: "include gone" }), {
    message: "Fatal error, can't open config file 'gone': No such file or directory",
    isLogged: true,
  });
});

Deno.test("loadConfigFile() sets immutable and protected parameters and runs no hook", () => {
  const config = new Config();
  config.onChange("port", () => "no");
  loadConfigFile(config, {
    path: null,
    directives: "databases 4\ndbfilename x.rdb\nport 5\nreplicaof example.org 6379",
  }, new MemoryHost({}));
  assertEquals(config.integer("databases").value, 4);
  assertEquals(config.cell("replicaof").value, { host: "example.org", port: 6379 });
});
