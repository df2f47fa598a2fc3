/**
 * What DEBUG switches on and off in other subsystems, for tests.
 */

/** Redis's `REPLY_BUFFER_DEFAULT_PEAK_RESET_TIME`. */
const DEFAULT_PEAK_RESET_MS = 5000;

/** The switches of one server. */
export class DebugSwitches {
  /** SET-SKIP-CHECKSUM-VALIDATION: RESTORE and the loader take wrong checksums. */
  isChecksumSkipped = false;
  /** SET-DISABLE-DENY-SCRIPTS: scripts may run commands that are not allowed in scripts. */
  isScriptDenialDisabled = false;
  /** REPLYBUFFER RESIZING: buffers of replies shrink and grow. */
  isReplyBufferResized = true;
  /** REPLYBUFFER PEAK-RESET-TIME: how often the peak of a reply buffer is forgotten. */
  replyBufferPeakResetMs = DEFAULT_PEAK_RESET_MS;

  /** Puts `replyBufferPeakResetMs` back to its default. */
  resetReplyBufferPeakTime(): void {
    this.replyBufferPeakResetMs = DEFAULT_PEAK_RESET_MS;
  }
}
