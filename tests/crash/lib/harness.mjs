// The suite's own runner: checks in order, a line each, and "passed failed skipped" for DAPUR_COUNTS.
import {writeFileSync} from 'node:fs';

const sums = {passed: 0, failed: 0, skipped: 0};

export class Skip extends Error {}

export async function check(name, body) {
    const started = Date.now();
    const took = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
    try {
        const note = await body();
        sums.passed++;
        console.log(`ok       ${name} (${took()}${note ? '; ' + note : ''})`);
    } catch (error) {
        if (error instanceof Skip) {
            sums.skipped++;
            console.log(`skipped  ${name}: ${error.message}`);
            return;
        }
        sums.failed++;
        console.log(`FAILED   ${name} (${took()})\n    ${String(error.stack ?? error).replaceAll('\n', '\n    ')}`);
    }
}

export function finish() {
    const line = `${sums.passed} ${sums.failed} ${sums.skipped}`;
    if (process.env.DAPUR_COUNTS) writeFileSync(process.env.DAPUR_COUNTS, line + '\n');
    process.exitCode = sums.failed ? 1 : 0;
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Runs count workers at once; each is called with its number.
export const together = (count, worker) => Promise.all(Array.from({length: count}, (_, i) => worker(i)));
