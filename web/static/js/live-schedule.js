/** When the next poll is due. Pure. */

export const IDLE_AFTER_MS = 5 * 60 * 1000;
export const LOST_AFTER_FAILURES = 2;
const ACTIVE_MS = 2000;
const IDLE_MS = 5000;
const HIDDEN_MS = 30000;
const LONGEST_BACKOFF_MS = 60000;

/**
 * @param {{isVisible: boolean, idleMs: number, failures: number}} state `idleMs`: since the viewer last did something
 * @param {number} [random] 0 to 1; polls of many viewers spread by 10 % either way
 * @returns {number} milliseconds
 */
export function nextDelay({ isVisible, idleMs, failures }, random = Math.random()) {
  const regular = !isVisible ? HIDDEN_MS : idleMs > IDLE_AFTER_MS ? IDLE_MS : ACTIVE_MS;
  const backoff = failures ? Math.min(ACTIVE_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS) : 0;
  return Math.round(Math.max(regular, backoff) * (0.9 + 0.2 * random));
}

/** @returns {boolean} whether the viewer is told that the connection is lost */
export function isLost(failures) {
  return failures >= LOST_AFTER_FAILURES;
}

/**
 * @param {number} status of an ApiError
 * @returns {"ended"|"retry"|"stop"} ended: no session; retry: worth another try; stop: the page itself is wrong
 */
export function afterFailure(status) {
  if (status === 401) return "ended";
  return status === 0 || status === 408 || status === 429 || status >= 500 ? "retry" : "stop";
}
