// A Chromium that the operating system brings, and what it notices while a page loads.
import { chromium } from "playwright-core";

/** Start the browser at a path; in a container root has no sandbox. */
export function launched(executablePath) {
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
}

/** A page that writes down errors, requests to other hosts, answers that failed, and bytes as they came. */
export async function watched(context, origin) {
  const page = await context.newPage();
  const seen = { errors: [], foreign: [], failed: [], bytes: 0 };
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("request", (request) => isForeign(request.url(), origin) && seen.foreign.push(request.url()));
  page.on("response", (response) => response.status() >= 400 && seen.failed.push(`${response.status()} ${response.url()}`));
  const network = await context.newCDPSession(page);
  await network.send("Network.enable");
  network.on("Network.loadingFinished", ({ encodedDataLength }) => (seen.bytes += encodedDataLength));
  return { page, seen };
}

function isForeign(url, origin) {
  return !url.startsWith(origin) && !url.startsWith("data:") && !url.startsWith("blob:");
}
