// A device that holds passkeys and whose owner agrees to everything.
export async function passkeyDevice(page) {
  const device = await page.context().newCDPSession(page)
  await device.send('WebAuthn.enable')
  const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  })
  return {
    credentials: async () => (await device.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    verified: (isUserVerified) => device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  }
}
