/**
 * The files and other subsystems that reading a configuration needs.
 */

import { canRead, canWrite, requireRead } from "../base/file_access.ts";
import { latin1 } from "../bytes/ascii.ts";
import type { ConfigFileHost } from "../config/config_file.ts";
import { systemReason } from "../persistence/system_reason.ts";

/** What a configuration file declares beside parameters. */
export interface ConfigDeclarations {
  /** `rename-command` lines, in order. */
  readonly renames: { readonly from: string; readonly to: string }[];
}

/** A host that reads real files and collects declarations. */
export class FileConfigHost implements ConfigFileHost {
  readonly declarations: ConfigDeclarations = { renames: [] };

  readTextFile(path: string): string {
    requireRead(path, "read the configuration file");
    return Deno.readTextFileSync(path);
  }

  expandGlob(pattern: string): readonly string[] {
    const slash = pattern.lastIndexOf("/");
    const directory = slash < 0 ? "." : pattern.slice(0, slash) || "/";
    requireRead(directory, "expand a configuration file pattern");
    const expression = new RegExp(
      `^${pattern.slice(slash + 1).replace(/[.+^${}()|\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".")}$`,
    );
    return [...Deno.readDirSync(directory)].map((entry) => entry.name).filter((name) => expression.test(name))
      .sort().map((name) => slash < 0 ? name : `${directory}/${name}`);
  }

  checkLogFile(path: string): string | null {
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

  declareUser(): { readonly argumentIndex: number; readonly reason: string } | null {
    return { argumentIndex: 0, reason: "ACL users are not supported by this version" };
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
