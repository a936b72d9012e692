// postgraphile.mjs URL SECRET - the peer on PostgreSQL: PostGraphile 4 as a library, with its settings for production.
// HS256 by node:crypto; role and claims as dapur sets them, so that the same policies apply.
import {createHmac, timingSafeEqual} from 'node:crypto';
import http from 'node:http';
import {createRequire} from 'node:module';

process.env.NODE_ENV = process.env.GRAPHILE_ENV = 'production';
const {postgraphile} = createRequire(import.meta.url)('postgraphile');
const [url, secret] = process.argv.slice(2);

// The claims of a valid token, or null (RFC 7515, RFC 7519).
function verify(header) {
    const [head, body, mark] = (header ?? '').replace(/^Bearer /, '').split('.');
    if (!mark) return null;
    const wanted = createHmac('sha256', secret).update(`${head}.${body}`).digest();
    const given = Buffer.from(mark, 'base64url');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
    if (JSON.parse(Buffer.from(head, 'base64url')).alg !== 'HS256') return null;
    const claims = JSON.parse(Buffer.from(body, 'base64url'));
    return claims.exp > Date.now() / 1000 ? claims : null;
}

const handler = postgraphile({connectionString: url, max: 8}, 'public', {
    disableQueryLog: true, graphiql: false, enableCors: false, retryOnInitFail: false, legacyRelations: 'omit', setofFunctionsContainNulls: false,
    pgSettings: (request) => {
        const claims = verify(request.headers.authorization);
        return claims ? {role: claims.role, 'request.jwt.claims': JSON.stringify(claims)} : {role: 'anon'};
    },
});
const server = http.createServer(handler);
server.listen(0, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${server.address().port}`));
