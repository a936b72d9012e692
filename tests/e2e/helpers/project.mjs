// An empty project, served from a folder of its own. stop() answers null, or what was wrong at the end.
import {mkdtempSync, mkdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createClient} from '@supabase/supabase-js';
import WebSocket from 'ws';
import {readKeys, startServer} from '../../api/lib/server.mjs';

export const binary = process.env.DAPUR_BINARY ?? new URL('../../../build/release/dapur', import.meta.url).pathname;

// settings: {'auth.autoconfirm': 'false'}; hashes are cheap unless they say otherwise.
export async function openProject(settings = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'dapur-e2e-'));
    mkdirSync(join(folder, 'migrations'));
    const data = join(folder, 'data');
    const all = {'auth.bcrypt_cost': '4', ...settings};
    const extra = Object.entries(all).map(([name, value]) => `--${name}=${value}`);
    const server = await startServer([binary], folder, data, extra);
    const keys = await readKeys([binary], folder, data);
    return {
        folder, data, server, keys, base: server.base,
        async stop() {
            const wrong = await this.server.stop();
            rmSync(folder, {recursive: true, force: true});
            return wrong && `${wrong}\n${this.server.log().slice(-3000)}`;
        },
    };
}

// A supabase-js client that keeps nothing and refreshes when told.
export function client(project, key = project.keys.publishable) {
    return createClient(project.base, key, {
        auth: {persistSession: false, autoRefreshToken: false}, realtime: {transport: WebSocket},
    });
}

// A plain request to /auth/v1 with a key; answers {status, headers, body}.
export async function call(project, method, path, body, {key = project.keys.anon, token, headers = {}} = {}) {
    const answer = await fetch(`${project.base}/auth/v1${path}`, {
        method,
        headers: {apikey: key, ...(token && {Authorization: `Bearer ${token}`}), ...(body && {'Content-Type': 'application/json'}), ...headers},
        body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    return {status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null};
}
