// A browser at the warehouse's page, and what a test watches there: console errors, violations of the
// content security policy, failed requests of the page's own files, axe's findings, overflow.
import assert from 'node:assert/strict';
import {mkdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import {chromium} from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const SHOTS = new URL('../../../build/screenshots/', import.meta.url).pathname;

export const launch = () => chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
});

// options: {width, height, scheme, locale, init}; init runs in the page before its own scripts.
export async function openPage(browser, base, {width = 1280, height = 800, scheme = 'light', locale = 'en-US', init} = {}) {
    const context = await browser.newContext({viewport: {width, height}, colorScheme: scheme, locale, reducedMotion: 'reduce'});
    const page = await context.newPage();
    const wrong = [];
    page.on('console', (line) => { if (line.type() === 'error' || /Content Security Policy/i.test(line.text())) wrong.push(line.text()); });
    page.on('pageerror', (error) => wrong.push(`uncaught: ${error.message}`));
    if (init) await page.addInitScript(init);
    await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`));
    });
    await page.goto(base + '/');
    await page.waitForSelector('#email');
    return {page, wrong, context, close: () => context.close()};
}

export async function signInPage({page}, login) {
    await page.fill('#email', login.email);
    await page.fill('#password', login.password);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#scan');
}

export async function show({page}, view) {
    await page.click('#tab-' + view);
    await page.waitForSelector(`#tab-${view}[aria-current=page]`);
    await page.waitForSelector('.loading', {state: 'detached'});
}

export async function assertFits({page}, where) {
    const over = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${where} is ${over} px too wide`);
    const broken = await page.$$eval('.figure', (all) => all.filter((figure) => {
        const text = document.createRange();
        text.selectNodeContents(figure);
        return new Set([...text.getClientRects()].map((line) => line.top)).size > 1;
    }).map((figure) => figure.textContent));
    assert.deepEqual(broken, [], `${where} breaks a number`);
    const cut = await page.$$eval('#scan', (all) => all.filter((input) => {
        const pen = document.createElement('canvas').getContext('2d'), style = getComputedStyle(input);
        pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`; // the shorthand is empty beside tabular figures
        return pen.measureText(input.placeholder).width > input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    }).map((input) => input.placeholder));
    assert.deepEqual(cut, [], `${where} cuts a hint`);
}

// axe is put in by the driver, past the page's policy; it changes nothing there.
export async function assertAccessible({page}, where) {
    if (!await page.evaluate(() => Boolean(window.axe))) await page.evaluate((await import('node:fs')).readFileSync(AXE, 'utf8'));
    const {violations} = await page.evaluate(() => window.axe.run());
    const found = violations.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join('\n  ')}`);
    assert.deepEqual(found, [], where);
}

export async function screenshot({page}, name) {
    mkdirSync(SHOTS, {recursive: true});
    await page.screenshot({path: `${SHOTS}${name}.png`});
}
