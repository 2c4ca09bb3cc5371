/** Only a path of this house: a link from elsewhere must not send anybody away after the sign-in. */
export const safeReturn = (path: string | undefined): string => (path && /^\/(?![/\\])/.test(path) ? path : '/')
