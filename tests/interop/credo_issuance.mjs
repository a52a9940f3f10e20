// How credo receives: by pre-authorized code or by authorization code, at once or later, and again with a refresh token.
import { Kms } from '@credo-ts/core';

/** The issuer's documents as credo understands them. */
export async function metadata({ holder, issuer }) {
  const { credentialIssuer, authorizationServers, knownCredentialConfigurations } =
    await holder.resolveIssuerMetadata(issuer);
  return {
    issuer: credentialIssuer,
    authorization_servers: authorizationServers,
    configurations: knownCredentialConfigurations,
  };
}

/** Redeems an offer and keeps the credentials, `copies` of each type. */
export async function receive({ holder, agent, offer, tx_code, copies }) {
  const resolvedCredentialOffer = await holder.resolveCredentialOffer(offer);
  const token = await holder.requestToken({ resolvedCredentialOffer, txCode: tx_code });
  return request({ holder, agent, resolvedCredentialOffer, token, copies });
}

/** Begins the authorization code flow: where to send the person's browser. */
export async function authorize({ holder, session, offer, client_id, redirect_uri }) {
  const resolvedCredentialOffer = await holder.resolveCredentialOffer(offer);
  const asked = await holder.resolveOpenId4VciAuthorizationRequest(resolvedCredentialOffer, {
    clientId: client_id,
    redirectUri: redirect_uri,
  });
  const { authorizationFlow, authorizationRequestUrl, codeVerifier, dpop } = asked;
  Object.assign(session, { resolvedCredentialOffer, codeVerifier, dpop, clientId: client_id, redirectUri: redirect_uri });
  return { flow: authorizationFlow, url: authorizationRequestUrl };
}

/** Ends it: `response` is the address to which the browser was sent back. */
export async function receive_by_code({ holder, agent, session, response, copies }) {
  const { resolvedCredentialOffer, codeVerifier, dpop, clientId, redirectUri } = session;
  const { authorizationCode: code } = holder.parseAuthorizationCodeFromAuthorizationResponse({
    authorizationResponseRedirectUrl: response,
    resolvedCredentialOffer,
  });
  const token = await holder.requestToken({
    resolvedCredentialOffer, code, codeVerifier, dpop, clientId, redirectUri,
  });
  Object.assign(session, { token });
  return request({ holder, agent, session, resolvedCredentialOffer, token, copies, clientId });
}

/** Picks up what was deferred. */
export async function collect({ holder, agent, session }) {
  const { token, deferred, resolvedCredentialOffer } = session;
  const received = [];
  const waiting = [];
  for (const one of deferred) {
    const answer = await holder.requestDeferredCredentials({
      ...one,
      issuerMetadata: resolvedCredentialOffer.metadata,
      accessToken: token.accessToken,
      dpop: session.dpop,
    });
    session.dpop = answer.dpop ?? session.dpop;
    for (const { record } of answer.credentials) received.push(await keep(agent, one.credentialConfigurationId, record));
    // Credo's second answer no longer knows which keys were proved; the first one does.
    if (answer.deferredCredentials.length > 0) waiting.push({ ...one, ...answer.deferredCredentials[0], jwkThumbprintKmsKeyIdMapping: one.jwkThumbprintKmsKeyIdMapping });
  }
  session.deferred = waiting;
  return { received, waiting: waiting.map(described) };
}

/** A new batch with the refresh token, without its holder signing in again. */
export async function renew({ holder, agent, session, copies }) {
  const { resolvedCredentialOffer, token, clientId } = session;
  const renewed = await holder.refreshToken({
    refreshToken: token.refreshToken,
    issuerMetadata: resolvedCredentialOffer.metadata,
    dpop: session.dpop,
    clientId,
  });
  return request({ holder, agent, session, resolvedCredentialOffer, token: renewed, copies, clientId });
}

export async function notify({ holder, session, event }) {
  const { resolvedCredentialOffer, token, dpop, notificationId } = session;
  await holder.sendNotification({
    metadata: resolvedCredentialOffer.metadata,
    accessToken: token.accessToken,
    notificationId,
    notificationEvent: event,
    dpop,
  });
  return {};
}

async function request({ holder, agent, session = {}, resolvedCredentialOffer, token, copies, clientId }) {
  const offered = Object.keys(resolvedCredentialOffer.offeredCredentialConfigurations);
  const received = [];
  let dpop = token.dpop;
  session.deferred = [];
  // One request after the other: credo asks for one nonce a call, and each nonce of ours serves one request.
  for (const id of offered) {
    const answer = await holder.requestCredentials({
      resolvedCredentialOffer,
      accessToken: token.accessToken,
      dpop,
      clientId,
      credentialConfigurationIds: [id],
      credentialBindingResolver: async () => ({ method: 'jwk', keys: await createKeys(agent, copies) }),
    });
    dpop = answer.dpop ?? dpop;
    session.deferred.push(...answer.deferredCredentials);
    for (const credential of answer.credentials) {
      session.notificationId = credential.notificationId ?? session.notificationId;
      received.push(await keep(agent, id, credential.record));
    }
  }
  session.dpop = dpop;
  return {
    offered,
    received,
    deferred: session.deferred.map(described),
    token_type: token.accessTokenResponse.token_type,
    may_renew: token.refreshToken !== undefined,
  };
}

async function keep(agent, configuration, record) {
  await agent.sdJwtVc.store({ record });
  return {
    configuration,
    copies: record.credentialInstances.map(({ compactSdJwtVc }) => compactSdJwtVc),
    claims: record.firstCredential.prettyClaims,
    type_metadata: record.typeMetadata,
  };
}

const described = ({ credentialConfigurationId, transactionId, interval }) => ({
  configuration: credentialConfigurationId,
  transaction_id: transactionId,
  interval,
});

async function createKeys(agent, count) {
  const created = Array.from({ length: count }, () => agent.kms.createKeyForSignatureAlgorithm({ algorithm: 'ES256' }));
  return (await Promise.all(created)).map(({ publicJwk }) => Kms.PublicJwk.fromPublicJwk(publicJwk));
}
