// Passkeys: the browser speaks in buffers, the server in base64url (WebAuthn Level 3, section 5.1.9).

type Json = Record<string, unknown>

export function toBase64Url(buffer: ArrayBuffer): string {
  let binary = ''
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

export function fromBase64Url(text: string): ArrayBuffer {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (char) => char.charCodeAt(0)).buffer
}

/** Some servers wrap the options in `publicKey`, as the browser's own call does. */
function unwrap(options: Json): Json {
  return (options.publicKey as Json | undefined) ?? options
}

const withId = (descriptor: Json): Json => ({ ...descriptor, id: fromBase64Url(descriptor.id as string) })

export function requestOptions(json: Json): PublicKeyCredentialRequestOptions {
  const options = unwrap(json)
  return {
    ...options,
    challenge: fromBase64Url(options.challenge as string),
    allowCredentials: (options.allowCredentials as Json[] | undefined)?.map(withId),
  } as PublicKeyCredentialRequestOptions
}

export function creationOptions(json: Json): PublicKeyCredentialCreationOptions {
  const options = unwrap(json)
  const user = options.user as Json
  return {
    ...options,
    challenge: fromBase64Url(options.challenge as string),
    user: { ...user, id: fromBase64Url(user.id as string) },
    excludeCredentials: (options.excludeCredentials as Json[] | undefined)?.map(withId),
  } as unknown as PublicKeyCredentialCreationOptions
}

function credentialJson(credential: PublicKeyCredential, response: Json): Json {
  return {
    id: credential.id,
    rawId: toBase64Url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  }
}

export const passkeysSupported = (): boolean => typeof window !== 'undefined' && 'PublicKeyCredential' in window

/** Asks the device for a passkey it holds. Throws NotAllowedError when the person closes the sheet. */
export async function getPasskey(options: Json): Promise<Json> {
  const credential = (await navigator.credentials.get({ publicKey: requestOptions(options) })) as PublicKeyCredential | null
  if (!credential) throw new DOMException('no passkey', 'NotAllowedError')
  const response = credential.response as AuthenticatorAssertionResponse
  return credentialJson(credential, {
    authenticatorData: toBase64Url(response.authenticatorData),
    clientDataJSON: toBase64Url(response.clientDataJSON),
    signature: toBase64Url(response.signature),
    userHandle: response.userHandle ? toBase64Url(response.userHandle) : undefined,
  })
}

/** Makes a new passkey on the device. */
export async function createPasskey(options: Json): Promise<Json> {
  const credential = (await navigator.credentials.create({ publicKey: creationOptions(options) })) as PublicKeyCredential | null
  if (!credential) throw new DOMException('no passkey', 'NotAllowedError')
  const response = credential.response as AuthenticatorAttestationResponse
  return credentialJson(credential, {
    attestationObject: toBase64Url(response.attestationObject),
    clientDataJSON: toBase64Url(response.clientDataJSON),
    transports: response.getTransports?.() ?? [],
  })
}
