/**
 * The files and other subsystems that reading a configuration needs.
 */

import { type DeclarationRefusal, DeclaredUsers } from "../acl/declared_users.ts";
import { canRead, canWrite, requireRead } from "../base/file_access.ts";
import { latin1 } from "../bytes/ascii.ts";
import type { Config } from "../config/config.ts";
import type { ConfigFileHost } from "../config/config_file.ts";
import { pathInDataDirectory } from "../persistence/data_directory.ts";
import { systemReason } from "../base/system_reason.ts";

/** What a configuration file declares beside parameters. */
export interface ConfigDeclarations {
  /** `rename-command` lines, in order. */
  readonly renames: { readonly from: string; readonly to: string }[];
  /** `user` lines. */
  readonly users: DeclaredUsers;
}

/** A host that reads real files, by names that count from `dir` as far as it is read, and collects declarations. */
export class FileConfigHost implements ConfigFileHost {
  readonly declarations: ConfigDeclarations = { renames: [], users: new DeclaredUsers() };
  readonly #config: Config;

  constructor(config: Config) {
    this.#config = config;
  }

  readTextFile(name: string): string {
    const path = pathInDataDirectory(this.#config, name);
    requireRead(path, "read the configuration file");
    return Deno.readTextFileSync(path);
  }

  expandGlob(namePattern: string): readonly string[] {
    const pattern = pathInDataDirectory(this.#config, namePattern);
    const slash = pattern.lastIndexOf("/");
    const directory = slash < 0 ? "." : pattern.slice(0, slash) || "/";
    requireRead(directory, "expand a configuration file pattern");
    const expression = new RegExp(
      `^${pattern.slice(slash + 1).replace(/[.+^${}()|\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".")}$`,
    );
    return [...Deno.readDirSync(directory)].map((entry) => entry.name).filter((name) => expression.test(name))
      .sort().map((name) => slash < 0 ? name : `${directory}/${name}`);
  }

  checkLogFile(name: string): string | null {
    const path = pathInDataDirectory(this.#config, name);
    if (!canWrite(path)) return "Permission denied";
    try {
      Deno.openSync(path, { append: true, create: true }).close();
      return null;
    } catch (error) {
      return systemReason(error);
    }
  }

  renameCommand(name: Uint8Array, target: Uint8Array): string | null {
    this.declarations.renames.push({ from: latin1(name), to: latin1(target) });
    return null;
  }

  declareUser(args: readonly Uint8Array[]): DeclarationRefusal | null {
    return this.declarations.users.declare(args.map((argument) => latin1(argument)));
  }

  loadModule(): string | null {
    return "modules are not supported";
  }

  configureModule(): void {}
}

/** A path made absolute where the working directory may be known. */
export function absolutePath(path: string): string {
  return path.startsWith("/") || !canRead(".") ? path : `${Deno.cwd()}/${path}`;
}
