// The warehouse example, served from a copy in a folder of its own, with users made as `./dev run`
// makes them: passwords are random, and known to this process alone.
import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {cpSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createClient} from '@supabase/supabase-js';
import WebSocket from 'ws';
import {readKeys, startServer} from '../../api/lib/server.mjs';
import {openHost} from '../../lib/engines.mjs';

const EXAMPLE = new URL('../../../examples/gudang/', import.meta.url).pathname;
const PARTS = ['dapur.conf', 'migrations', 'seed.sql', 'public', 'users'];

export const binary = process.env.DAPUR_BINARY ?? new URL('../../../build/release/dapur', import.meta.url).pathname;

// {base, keys, logins: {admin, sari, budi}, server, folder, data, stop()}. DAPUR_TEST_ENGINE: a name of
// tests/lib/engines.mjs.
export async function openWarehouse({seed = true, extra = []} = {}) {
    const host = await openHost(process.env.DAPUR_TEST_ENGINE ?? 'sqlite');
    const folder = mkdtempSync(join(tmpdir(), 'dapur-gudang-'));
    for (const part of PARTS) if (seed || part !== 'seed.sql') cpSync(join(EXAMPLE, part), join(folder, part), {recursive: true});
    const warehouse = {folder, host, server: null, stop: () => stop(warehouse)};
    try {
        const {data, args} = warehouse.place = await host.place();
        warehouse.data = data;
        warehouse.server = await startServer([binary], folder, data, [...args, ...extra]);
        warehouse.base = warehouse.server.base;
        warehouse.keys = await readKeys([binary], folder, data, args);
        warehouse.logins = makeUsers(folder, ['--data', data, ...args]);
    } catch (error) {
        await stop(warehouse);
        throw error;
    }
    return warehouse;
}

// examples/gudang/users: "email app_metadata" a line.
function makeUsers(folder, place) {
    const logins = {};
    for (const line of readFileSync(join(folder, 'users'), 'utf8').split('\n')) {
        if (!line.trim() || line.startsWith('#')) continue;
        const [email, metadata] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
        const password = randomBytes(15).toString('base64url');
        execFileSync(binary, ['user', 'create', folder, '--email', email, '--app-metadata', metadata, '--password-stdin', ...place],
            {input: password + '\n', stdio: ['pipe', 'ignore', 'inherit']});
        logins[email.split('@')[0]] = {email, password};
    }
    return logins;
}

// Answers null, or what was wrong at the end (an exit code, a sanitizer's report).
async function stop(warehouse) {
    const wrong = warehouse.server ? await warehouse.server.stop() : null;
    rmSync(warehouse.folder, {recursive: true, force: true});
    await warehouse.place?.remove();
    await warehouse.host.close();
    return wrong && `${wrong}\n${warehouse.server.log().slice(-3000)}`;
}

// Without a login: a visitor, who has the publishable key alone.
export function visitor(warehouse) {
    return createClient(warehouse.base, warehouse.keys.publishable, {
        auth: {persistSession: false, autoRefreshToken: false}, realtime: {transport: WebSocket},
    });
}

export async function signIn(warehouse, name) {
    const client = visitor(warehouse);
    const {error} = await client.auth.signInWithPassword(warehouse.logins[name]);
    if (error) throw error;
    return client;
}
