/**
 * The error texts of Redis 7.0 that commands, gates and subsystems share: the code first, without the leading '-'.
 *
 * - The texts are protocol: clients match on them. Each is written once, here.
 * - An error that one command alone can give, and that belongs to its argument grammar, may stand beside that command.
 * - `%s` of Redis ends at a NUL, so client bytes go into these texts through `cText`.
 */
import { latin1 } from "../bytes/ascii.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Args } from "./request_batch.ts";

// Arguments.

/** An argument where the grammar has no place for it. */
export const SYNTAX_ERROR = "ERR syntax error";
/** Not a 64-bit integer. */
export const NOT_AN_INTEGER = "ERR value is not an integer or out of range";
/** Not a floating point number. */
export const NOT_A_FLOAT = "ERR value is not a valid float";
/** An integer outside the range of its parameter. */
export const VALUE_OUT_OF_RANGE = "ERR value is out of range";
/** A negative count. */
export const NOT_POSITIVE = "ERR value is out of range, must be positive";
/** An index outside a list. */
export const INDEX_OUT_OF_RANGE = "ERR index out of range";
/** A negative or too large offset into a string. */
export const OFFSET_OUT_OF_RANGE = "ERR offset is out of range";
/** A string over proto-max-bulk-len. */
export const STRING_TOO_LONG = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";
/** A number of keys below 1. */
export const NUMKEYS_NOT_POSITIVE = "ERR numkeys should be greater than 0";
/** A number of keys below 0 (scripts). */
export const NUMKEYS_NEGATIVE = "ERR Number of keys can't be negative";
/** More keys announced than arguments given. */
export const NUMKEYS_TOO_MANY = "ERR Number of keys can't be greater than number of args";
/** A COUNT below 1. */
export const COUNT_NOT_POSITIVE = "ERR count should be greater than 0";
/** A COUNT below 0. */
export const COUNT_NEGATIVE = "ERR COUNT can't be negative";
/** A LIMIT below 0. */
export const LIMIT_NEGATIVE = "ERR LIMIT can't be negative";
/** A SCAN cursor that is not an unsigned integer. */
export const INVALID_CURSOR = "ERR invalid cursor";
/** A database number outside 0 .. databases - 1. */
export const DB_INDEX_OUT_OF_RANGE = "ERR DB index is out of range";
/** COPY, MOVE and RESTORE onto themselves. */
export const SAME_OBJECT = "ERR source and destination objects are the same";
/** A bound of a score range. */
export const RANGE_NOT_A_FLOAT = "ERR min or max is not a float";
/** A bound of a lexicographical range. */
export const RANGE_NOT_LEXICAL = "ERR min or max not valid string range item";
/** A weight of ZUNION and the like. */
export const WEIGHT_NOT_A_FLOAT = "ERR weight value is not a float";
/** A timeout of a blocking command, in seconds. */
export const TIMEOUT_NOT_A_FLOAT = "ERR timeout is not a float or out of range";
/** A timeout of WAIT, in milliseconds. */
export const TIMEOUT_NOT_AN_INTEGER = "ERR timeout is not an integer or out of range";
/** A timeout below 0. */
export const TIMEOUT_NEGATIVE = "ERR timeout is negative";
/** A bit offset outside the largest string. */
export const BIT_OFFSET_OUT_OF_RANGE = "ERR bit offset is not an integer or out of range";
/** A bit that is neither 0 nor 1. */
export const BIT_OUT_OF_RANGE = "ERR bit is not an integer or out of range";
/** The bit of BITPOS. */
export const BIT_ARGUMENT = "ERR The bit argument must be 1 or 0.";
/** A type of BITFIELD. */
export const INVALID_BITFIELD_TYPE =
  "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.";

// Keys and values.

/** A key of another type. */
export const WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";
/** A key that must exist. */
export const NO_SUCH_KEY = "ERR no such key";
/** RESTORE onto an existing key. */
export const BUSY_KEY = "BUSYKEY Target key name already exists.";
/** INCRBY past 64 bits. */
export const INCREMENT_OVERFLOW = "ERR increment or decrement would overflow";
/** DECRBY by the smallest integer. */
export const DECREMENT_OVERFLOW = "ERR decrement would overflow";
/** INCRBYFLOAT out of the range of doubles. */
export const INCREMENT_NOT_FINITE = "ERR increment would produce NaN or Infinity";
/** HINCRBYFLOAT by something that is not finite. */
export const VALUE_NOT_FINITE = "ERR value is NaN or Infinity";
/** ZINCRBY of opposite infinities. */
export const SCORE_NAN = "ERR resulting score is not a number (NaN)";
/** HINCRBY on other text. */
export const HASH_VALUE_NOT_AN_INTEGER = "ERR hash value is not an integer";
/** HINCRBYFLOAT on other text. */
export const HASH_VALUE_NOT_A_FLOAT = "ERR hash value is not a float";
/** A payload of RESTORE. */
export const BAD_DUMP_PAYLOAD = "ERR DUMP payload version or checksum are wrong";
/** A payload of RESTORE whose frame is right and whose contents are not. */
export const BAD_DATA_FORMAT = "ERR Bad data format";
/** A string that is not a HyperLogLog. */
export const NOT_A_HYPERLOGLOG = "WRONGTYPE Key is not a valid HyperLogLog string value.";
/** A HyperLogLog whose bytes make no sense. */
export const CORRUPTED_HYPERLOGLOG = "INVALIDOBJ Corrupted HLL object detected";
/** A blocked XREADGROUP whose stream was deleted. */
export const STREAM_KEY_GONE = "UNBLOCKED the stream key no longer exists";
/** Not a stream ID. */
export const INVALID_STREAM_ID = "ERR Invalid stream ID specified as stream command argument";

// Access.

/** A command before AUTH. */
export const NO_AUTH = "NOAUTH Authentication required.";
/** HELLO before AUTH and without one. */
export const HELLO_NO_AUTH = "NOAUTH HELLO must be called with the client already authenticated, otherwise the " +
  "HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version " +
  "at the same time";
/** AUTH with other credentials. */
export const WRONG_PASSWORD = "WRONGPASS invalid username-password pair or user is disabled.";
/** AUTH where no password is set. */
export const AUTH_WITHOUT_PASSWORD = "ERR AUTH <password> called without any password configured for the default " +
  "user. Are you sure your configuration is correct?";
/** HELLO 4. */
export const UNSUPPORTED_PROTOCOL = "NOPROTO unsupported protocol version";
/** A key outside the user's ACL. */
export const NO_PERMISSION_KEY = "NOPERM this user has no permissions to access one of the keys used as arguments";
/** A channel outside the user's ACL. */
export const NO_PERMISSION_CHANNEL =
  "NOPERM this user has no permissions to access one of the channels used as arguments";
/** A connection from elsewhere in protected mode. */
export const PROTECTED_MODE = "DENIED Redis is running in protected mode because protected mode is enabled and no " +
  "password is set for the default user. In this mode connections are only accepted from the loopback interface. " +
  "If you want to connect from external computers to Redis you may adopt one of the following solutions: " +
  "1) Just disable protected mode sending the command 'CONFIG SET protected-mode no' from the loopback interface " +
  "by connecting to Redis from the same host the server is running, however MAKE SURE Redis is not publicly " +
  "accessible from internet if you do so. Use CONFIG REWRITE to make this change permanent. " +
  "2) Alternatively you can just disable the protected mode by editing the Redis configuration file, and setting " +
  "the protected mode option to 'no', and then restarting the server. " +
  "3) If you started the server manually just for testing, restart it with the '--protected-mode no' option. " +
  "4) Setup a an authentication password for the default user. NOTE: You only need to do one of the above things " +
  "in order for the server to start accepting connections from the outside.";
/** A connection over maxclients. */
export const TOO_MANY_CLIENTS = "ERR max number of clients reached";
/** The same where the links of the cluster bus count as well. */
export const TOO_MANY_CLIENTS_IN_CLUSTER = "ERR max number of clients + cluster connections reached";
/** CLIENT UNBLOCK ... ERROR. */
export const UNBLOCKED = "UNBLOCKED client unblocked via CLIENT UNBLOCK";
/** A blocked client of a master that became a replica. */
export const FORCE_UNBLOCKED =
  "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";
/** CLIENT SETNAME with a name that would not stand in CLIENT LIST. */
export const INVALID_CLIENT_NAME = "ERR Client names cannot contain spaces, newlines or special characters.";
/** A client that does not exist. */
export const NO_SUCH_CLIENT = "ERR No such client";

// State of the server.

/** A growing command over maxmemory. */
export const OOM = "OOM command not allowed when used memory > 'maxmemory'.";
/** A write on a replica. */
export const READONLY = "READONLY You can't write against a read only replica.";
/** A command while the data is loaded. */
export const LOADING = "LOADING Redis is loading the dataset in memory";
/** A replica without its master, and replica-serve-stale-data no. */
export const MASTERDOWN = "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.";
/** A write after a failed save. */
export const MISCONF = "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to " +
  "disk. Commands that may modify the data set are disabled, because this instance is configured to report errors " +
  "during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for " +
  "details about the RDB error.";
/** A write below min-replicas-to-write. */
export const NOREPLICAS = "NOREPLICAS Not enough good replicas to write.";
/** A command while an EVAL script runs too long. */
export const BUSY_SCRIPT = "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";
/** A command while a function runs too long. */
export const BUSY_FUNCTION = "BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.";
/** A keyspace command from a replica. */
export const REPLICA_KEYSPACE = "ERR Replica can't interact with the keyspace";
/** SYNC of a server that has no link to its own master. */
export const NOMASTERLINK = "NOMASTERLINK Can't SYNC while not connected with my master";
/** SYNC during a failover. */
export const NOMASTERLINK_FAILOVER = "NOMASTERLINK Can't SYNC while failing over";
/** A second BGSAVE. */
export const SAVE_IN_PROGRESS = "ERR Background save already in progress";
/** A second BGREWRITEAOF. */
export const REWRITE_IN_PROGRESS = "ERR Background append only file rewriting already in progress";
/** CONFIG REWRITE without a file. */
export const NO_CONFIG_FILE = "ERR The server is running without a config file";

// Transactions and scripts.

/** EXEC after an error while queueing. */
export const EXECABORT = "EXECABORT Transaction discarded because of previous errors.";
/** MULTI in MULTI. */
export const NESTED_MULTI = "ERR MULTI calls can not be nested";
/** EXEC alone. */
export const EXEC_WITHOUT_MULTI = "ERR EXEC without MULTI";
/** DISCARD alone. */
export const DISCARD_WITHOUT_MULTI = "ERR DISCARD without MULTI";
/** WATCH in MULTI. */
export const WATCH_IN_MULTI = "ERR WATCH inside MULTI is not allowed";
/** A command that cannot be queued. */
export const NOT_IN_TRANSACTION = "ERR Command not allowed inside a transaction";
/** EVALSHA of a script that is not cached. */
export const NOSCRIPT = "NOSCRIPT No matching script. Please use EVAL.";
/** A command with the noscript flag in a script. */
export const NOT_FROM_SCRIPT = "ERR This Redis command is not allowed from script";
/** SCRIPT KILL with nothing to kill. */
export const NOTBUSY = "NOTBUSY No scripts in execution right now.";
/** SCRIPT KILL of a script that has written. */
export const UNKILLABLE = "UNKILLABLE Sorry the script already executed write commands against the dataset. You can " +
  "either wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.";
/** SCRIPT KILL of a script that the master sent. */
export const UNKILLABLE_FROM_MASTER =
  "UNKILLABLE The busy script was sent by a master instance in the context of replication and cannot be killed.";

// Cluster.

/** A cluster command on a single server. */
export const CLUSTER_DISABLED = "ERR This instance has cluster support disabled";
/** Keys of more than one slot. */
export const CROSSSLOT = "CROSSSLOT Keys in request don't hash to the same slot";
/** Keys of a slot that is moving. */
export const TRYAGAIN = "TRYAGAIN Multiple keys request during rehashing of slot";
/** A cluster that does not serve. */
export const CLUSTERDOWN = "CLUSTERDOWN The cluster is down";
/** A cluster that serves reads only. */
export const CLUSTERDOWN_READS_ONLY = "CLUSTERDOWN The cluster is down and only accepts read commands";
/** A slot that nobody serves. */
export const CLUSTERDOWN_UNBOUND = "CLUSTERDOWN Hash slot not served";

const QUOTED_BYTES = 128;

/** What C's `%.<limit>s` prints of client bytes: up to the first NUL, `limit` bytes at most. One character per byte. */
export function cText(slice: Slice, limit = Infinity): string {
  let end = slice.start;
  const last = Math.min(slice.end, slice.start + limit);
  while (end < last && slice.bytes[end] !== 0) end++;
  return latin1(slice.bytes, slice.start, end);
}

/** Upper case of A to Z alone, as C's toupper in the C locale: latin1 letters stay. */
function upperCase(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** The wrong number of arguments; `name` is the full name in lower case ("config|get"). */
export function wrongArity(name: string): string {
  return `ERR wrong number of arguments for '${name}' command`;
}

/** An expiry that is not positive or overflows; `name` is the full name in lower case. */
export function invalidExpireTime(name: string): string {
  return `ERR invalid expire time in '${name}' command`;
}

/** A command that does not exist, with its name and the beginning of its arguments, 128 bytes of each at most. */
export function unknownCommand(args: Args): string {
  let shown = "";
  for (let i = 1; i < args.count && shown.length < QUOTED_BYTES; i++) {
    shown += `'${cText(args.at(i), QUOTED_BYTES - shown.length)}' `;
  }
  return `ERR unknown command '${cText(args.at(0), QUOTED_BYTES)}', with args beginning with: ${shown}`;
}

/** A container command with a subcommand that does not exist. Needs two arguments. */
export function unknownSubcommand(args: Args): string {
  const help = `Try ${upperCase(cText(args.at(0)))} HELP.`;
  return `ERR unknown subcommand '${cText(args.at(1), QUOTED_BYTES)}'. ${help}`;
}

/** A subcommand that its container's handler could not make sense of. Needs two arguments. */
export function subcommandSyntax(args: Args): string {
  const help = `Try ${upperCase(cText(args.at(0)))} HELP.`;
  return `ERR unknown subcommand or wrong number of arguments for '${cText(args.at(1), QUOTED_BYTES)}'. ${help}`;
}

/** A command outside the user's ACL. */
export function noPermission(name: string): string {
  return `NOPERM this user has no permissions to run the '${name}' command`;
}

/** A command that a RESP2 client with subscriptions may not give. */
export function notInSubscriberContext(name: string): string {
  return `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed ` +
    "in this context";
}

/** EXEC refused by a gate whose error is `reason`. */
export function execAbortBecause(reason: string): string {
  return `EXECABORT Transaction discarded because of: ${reason}`;
}

/** A command of a client whose connection or context must never block. `name` in upper case. */
export function notForDenyBlocking(name: string): string {
  return `ERR ${name} isn't allowed for a DENY BLOCKING client`;
}

/** DEBUG or MODULE without its enable-... parameter. */
export function protectedCommand(name: "DEBUG" | "MODULE"): string {
  return `ERR ${name} command not allowed. If the enable-${name.toLowerCase()}-command option is set to "local", you ` +
    "can run it from a local connection, otherwise you need to set this option in the configuration file, and then " +
    "restart the server.";
}

/** A write while the AOF cannot be written; `reason` is strerror's text. */
export function aofMisconf(reason: string): string {
  return `MISCONF Errors writing to the AOF file: ${reason}`;
}

/** An integer outside `min .. max` where Redis names the bounds. */
export function valueNotBetween(min: number | bigint, max: number | bigint): string {
  return `ERR value is out of range, value must between ${min} and ${max}`;
}

/** A set or sorted set operation without keys. */
export function noInputKey(name: string): string {
  return `ERR at least 1 input key is needed for '${name}' command`;
}

/** A consumer group, or its stream, that does not exist. */
export function noGroup(key: Slice, group: Slice): string {
  return `NOGROUP No such key '${cText(key)}' or consumer group '${cText(group)}'`;
}

/** A slot that another node serves for good (`MOVED`) or for this request (`ASK`). */
export function redirect(kind: "MOVED" | "ASK", slot: number, endpoint: string, port: number): string {
  return `${kind} ${slot} ${endpoint}:${port}`;
}
