// A phone's photo is large, may lie on its side, and may say where it was taken. It is drawn anew: upright,
// small enough, and as nothing but its pixels.
const longest = 2000
const quality = 0.85
/** More than any camera's photo; a browser would run out of memory. */
export const largestFile = 60_000_000
/** What the clinic takes of other files. */
export const largestUpload = 25_000_000

export type FileKind = 'photo' | 'document' | 'sound' | 'other'
export const kindOf = (type: string): FileKind => (type.startsWith('image/') ? 'photo' : type === 'application/pdf' ? 'document' : type.startsWith('audio/') ? 'sound' : 'other')

/** The size of a picture whose longer side is `most` at the most; never larger than it was. */
export function fit(width: number, height: number, most = longest): { width: number; height: number } {
  const scale = Math.min(1, most / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** Draws a photo anew as a JPEG; throws when the browser cannot read it. */
export async function redraw(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' })
  try {
    const { width, height } = fit(picture.width, picture.height)
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = height
    const paint = canvas.getContext('2d')
    if (!paint) throw new Error('no canvas')
    // What is see-through becomes white: a JPEG would make it black.
    paint.fillStyle = '#fff'
    paint.fillRect(0, 0, width, height)
    paint.drawImage(picture, 0, 0, width, height)
    return await new Promise<Blob>((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('no picture'))), 'image/jpeg', quality))
  } finally {
    picture.close()
  }
}
