/** Seconds; at 32 kbit/s far below what the clinic takes. */
export const longestRecording = 600

const wanted = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']

/** In which form this browser can record, if it can. */
export function recorderType(): string | undefined {
  if (typeof MediaRecorder === 'undefined' || !navigator.mediaDevices) return undefined
  return wanted.find((type) => MediaRecorder.isTypeSupported(type))
}

export const clockOf = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
