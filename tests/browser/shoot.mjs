// Screenshots to look at: node shoot.mjs FOLDER ORIGIN PATH…  (wide and narrow, light and dark)
import { launched } from "./browser.mjs";

const [folder, origin, ...paths] = process.argv.slice(2);
const browser = await launched(process.env.CHROMIUM ?? "/usr/bin/chromium");
for (const path of paths) {
  for (const [width, colorScheme] of [[1280, "light"], [390, "dark"], [1280, "dark"], [390, "light"]]) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    await page.goto(origin + path, { waitUntil: "networkidle" });
    const name = path.replace(/[^a-z0-9]+/gi, "-").slice(0, 60);
    await page.screenshot({ path: `${folder}/${name}${width}-${colorScheme}.png`, fullPage: true });
    await page.close();
  }
}
await browser.close();
