/**
 * CLIENT: the container of everything about connections.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import { helpHandler } from "../../command/help.ts";
import type { Services } from "../services.ts";
import { clientControlCommands } from "./client_control.ts";
import { clientIdentityCommands } from "./client_identity.ts";
import { clientTrackingCommands } from "./client_tracking.ts";

const HELP_LINES = [
  "CACHING (YES|NO)",
  "    Enable/disable tracking of the keys for next command in OPTIN/OPTOUT modes.",
  "GETREDIR",
  "    Return the client ID we are redirecting to when tracking is enabled.",
  "GETNAME",
  "    Return the name of the current connection.",
  "ID",
  "    Return the ID of the current connection.",
  "INFO",
  "    Return information about the current client connection.",
  "KILL <ip:port>",
  "    Kill connection made from <ip:port>.",
  "KILL <option> <value> [<option> <value> [...]]",
  "    Kill connections. Options are:",
  "    * ADDR (<ip:port>|<unixsocket>:0)",
  "      Kill connections made from the specified address",
  "    * LADDR (<ip:port>|<unixsocket>:0)",
  "      Kill connections made to specified local address",
  "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
  "      Kill connections by type.",
  "    * USER <username>",
  "      Kill connections authenticated by <username>.",
  "    * SKIPME (YES|NO)",
  "      Skip killing current connection (default: yes).",
  "LIST [options ...]",
  "    Return information about client connections. Options:",
  "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
  "      Return clients of specified type.",
  "UNPAUSE",
  "    Stop the current client pause, resuming traffic.",
  "PAUSE <timeout> [WRITE|ALL]",
  "    Suspend all, or just write, clients for <timeout> milliseconds.",
  "REPLY (ON|OFF|SKIP)",
  "    Control the replies sent to the current connection.",
  "SETNAME <name>",
  "    Assign the name <name> to the current connection.",
  "UNBLOCK <clientid> [TIMEOUT|ERROR]",
  "    Unblock the specified blocked client.",
  "TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]",
  "         [OPTIN] [OPTOUT] [NOLOOP]",
  "    Control server assisted client side caching.",
  "TRACKINGINFO",
  "    Report tracking status for the current connection.",
  "NO-EVICT (ON|OFF)",
  "    Protect current client connection from eviction.",
];

/** CLIENT with its subcommands. */
export function clientCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "client",
      group: "connection",
      since: "2.4.0",
      summary: "A container for client connection commands",
      complexity: "Depends on subcommand.",
      arity: -2,
      subcommands: [
        ...clientIdentityCommands(services),
        ...clientControlCommands(services),
        ...clientTrackingCommands(services),
        {
          name: "help",
          group: "connection",
          since: "5.0.0",
          summary: "Show helpful text about the different subcommands",
          complexity: "O(1)",
          arity: 2,
          flags: "loading stale",
          acl: "connection",
          run: helpHandler(HELP_LINES),
        },
      ],
    },
  ];
}
