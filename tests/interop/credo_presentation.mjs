// How credo shows: by a link, or for the browser's Digital Credentials API, of which it plays the browser's part.

/** Reads a request and, if the wallet has what it asks for, answers it. */
export async function present({ holder, agent, request }) {
  const resolved = await holder.resolveOpenId4VpAuthorizationRequest(request);
  const answer = described(resolved);
  if (!answer.can_be_satisfied) return answer;
  const sent = await accept(holder, agent, resolved);
  return {
    ...answer,
    vp_token: sent.authorizationResponsePayload.vp_token,
    status: sent.serverResponse.status,
    body: sent.serverResponse.body,
  };
}

/** The same without a server: what `navigator.credentials.get` would hand to the page at `origin`. */
export async function present_in_browser({ holder, agent, protocol, request, origin }) {
  const resolved = await holder.resolveOpenId4VpAuthorizationRequest(request, { origin });
  const answer = described(resolved);
  if (!answer.can_be_satisfied) return answer;
  const { authorizationResponse } = await accept(holder, agent, resolved, origin);
  return { ...answer, credential: { protocol, data: authorizationResponse } };
}

const described = ({ verifier, signedAuthorizationRequest, transactionData, dcql }) => ({
  verifier,
  signer: signedAuthorizationRequest?.signer.method ?? null,
  transaction_data: (transactionData ?? []).map(({ entry }) => entry.transactionData),
  can_be_satisfied: dcql.queryResult.can_be_satisfied,
});

async function accept(holder, agent, { authorizationRequestPayload, transactionData, dcql }, origin) {
  const credentials = holder.selectCredentialsForDcqlRequest(dcql.queryResult);
  const sent = await holder.acceptOpenId4VpAuthorizationRequest({
    authorizationRequestPayload,
    dcql: { credentials },
    transactionData: transactionData?.map(({ matchedCredentialIds: [credentialId] }) => ({ credentialId })),
    origin,
  });
  // credo takes the shown copy out of its record, all but the last; to keep it so is left to its user.
  for (const { credentialRecord } of Object.values(credentials).flat()) {
    await agent.sdJwtVc.update(credentialRecord);
  }
  return sent;
}
