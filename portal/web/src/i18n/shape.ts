/** The same tree of keys with any words in it. Holds Spanish to English at compile time. */
export type Same<T> = { readonly [K in keyof T]: T[K] extends string ? string : Same<T[K]> }
