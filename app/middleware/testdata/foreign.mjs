// A foreign OpenID provider: npm oidc-provider with its own development pages. node foreign.mjs FOLDER CALLBACK
// It prints its address when it answers. FOLDER holds node_modules.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [folder, callback] = process.argv.slice(2);
const { Provider } = await import(pathToFileURL(`${folder}/node_modules/oidc-provider/lib/index.js`));

let handler = (req, res) => { res.statusCode = 503; res.end(); };
const server = createServer((req, res) => handler(req, res));
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'portal', client_secret: 'rahasia-uji', redirect_uris: [callback], grant_types: ['authorization_code'], response_types: ['code'] }],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['test'] },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, name: `Orang ${id}`, email: `${id}@asing.invalid`, email_verified: id !== 'penyerang' }) }),
  });
  handler = provider.callback();
  console.log(issuer);
});
