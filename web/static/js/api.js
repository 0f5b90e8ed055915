/** The only module that calls fetch; every failure becomes an ApiError. */

export class ApiError extends Error {
  /**
   * @param {number} status HTTP status, 0 when there was no answer
   * @param {string} code the server's word for it, NO_ANSWER or TIMEOUT
   * @param {string} message
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * @param {string} url
 * @param {number} [timeoutMs]
 * @returns {Promise<any>} the parsed JSON; null for 204
 */
export async function getJson(url, timeoutMs = 8000) {
  const response = await get(url, timeoutMs, "application/json");
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch {
    throw new ApiError(response.status, "NO_JSON", "the answer is no JSON");
  }
}

/**
 * @param {string} url of a fragment of a page
 * @returns {Promise<Document>}
 */
export async function getFragment(url) {
  const response = await get(url, 8000, "text/html");
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

async function get(url, timeoutMs, accepted) {
  let response;
  try {
    response = await fetch(url, {
      headers: { Accept: accepted, "HX-Request": "true" },
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    throw new ApiError(0, error.name === "TimeoutError" ? "TIMEOUT" : "NO_ANSWER", String(error.message));
  }
  if (!response.ok) throw await failure(response);
  return response;
}

async function failure(response) {
  const body = await response.json().catch(() => null);
  return new ApiError(response.status, body?.error?.code ?? "UNKNOWN", body?.error?.message ?? response.statusText);
}
