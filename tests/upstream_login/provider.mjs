// An OpenID provider for tests: oidc-provider with its own development pages, where any name signs in.
// Given as JSON in the first argument: port, redirectUri, secret (empty: a public client), authMethod, algorithm,
// inIdToken (whether the register number is in the ID token, or at the userinfo endpoint only).

import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const given = JSON.parse(process.argv[2]);
const issuer = `http://localhost:${given.port}`;

const kind = given.algorithm === "ES256" ? ["ec", { namedCurve: "P-256" }] : ["rsa", { modulusLength: 2048 }];
const { privateKey } = generateKeyPairSync(...kind);
const signing = { ...privateKey.export({ format: "jwk" }), alg: given.algorithm, use: "sig", kid: "of-the-test" };

const client = {
  client_id: "issuer & tests",
  redirect_uris: [given.redirectUri],
  grant_types: ["authorization_code"],
  response_types: ["code"],
  token_endpoint_auth_method: given.authMethod,
  id_token_signed_response_alg: given.algorithm,
  application_type: "web",
};
if (given.secret) client.client_secret = given.secret;

const provider = new Provider(issuer, {
  clients: [client],
  jwks: { keys: [signing] },
  claims: { openid: ["sub"], register: ["register_number"] },
  scopes: ["openid", "register"],
  conformIdTokenClaims: !given.inIdToken,
  pkce: { required: () => true },
  clientAuthMethods: ["client_secret_basic", "client_secret_post", "none"].filter(
    (method) => method === given.authMethod,
  ),
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, register_number: id }) }),
  // Whoever signs in has agreed: this provider and the issuer belong to one province.
  async loadExistingGrant(context) {
    const grant = new context.oidc.provider.Grant({
      clientId: context.oidc.client.clientId,
      accountId: context.oidc.session.accountId,
    });
    grant.addOIDCScope("openid register");
    await grant.save();
    return grant;
  },
  features: { devInteractions: { enabled: true } },
});

provider.on("server_error", (_context, error) => console.error(error));
provider.listen(given.port, "127.0.0.1");
