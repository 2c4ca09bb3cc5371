import { createContext, useContext } from 'react'

/** Whether what the tiles below show is being kept now. */
const Recorded = createContext(false)
export const RecordedTiles = Recorded.Provider
export const useRecorded = (): boolean => useContext(Recorded)
