// Phones write the curly apostrophe.
const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('’', "'").toLowerCase()

// Words after which somebody should call and not write. Better once too often than never; sending stays possible.
const flags = [
  /\bchest (pain|pressure|tight)|\btight(ness)? (in|of) (my|the|her|his) chest|\b(pain|pressure) in (my|the|her|his) chest/,
  /\b(can ?not|can'?t|hard to|trouble|difficulty|struggl\w+ to) breath|\bshort(ness)? of breath|\bgasping/,
  /\b(faint(ed|ing)?|passed out|pass out|unconscious|collapsed|won'?t wake)\b/,
  /\bstroke\b|\bface (is )?droop|\bslurred\b|\b(suddenly|sudden) (numb|weak)/,
  /\b(kill|hurt|harm)(ing)? (myself|herself|himself)|\bsuicid|\bend my life|\bwant to die/,
  /\boverdos|\btook too many\b|\bpoison/,
  /\b(won'?t|can'?t|does not|doesn'?t) stop bleeding|\b(coughing|vomiting|throwing) up blood|\bthroat (is )?(swell|clos)|\b(tongue|lips?) (is |are )?swell/,
  /\bdolor (de|en el) pecho|\bpresion en el pecho|\ble duele el pecho|\bme duele el pecho|\bopresion\b/,
  /\bno pued[eo] respirar|\bfalta de aire|\bme ahogo|\bse ahoga|\bcuesta (mucho )?respirar|\bdificultad (para|al) respirar/,
  /\bdesmay|\bse desplomo|\binconsciente|\bno (se )?despierta/,
  /\bderrame cerebral|\bataque cerebral|\bcara caida|\bhabla arrastrad/,
  /\bmatarme|\bquitarme la vida|\bhacerme dano|\bme quiero morir|\bquiero morir(me)?/,
  /\bsobredosis|\bveneno|\btom[eo] demasiad/,
  /\bno (para|deja) de sangrar|\b(vomita|vomito|tose|toso) sangre|\bse (le|me) (hincha|cierra) la (garganta|lengua|cara)/,
]

/** Whether a text speaks of something that cannot wait for an answer. */
export const isRedFlag = (text: string): boolean => {
  const plain = fold(text)
  return flags.some((flag) => flag.test(plain))
}
