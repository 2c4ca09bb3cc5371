/** Languages by the names that they have in themselves, said in their own way. */
export const tongues = {
  en: <span lang="en">English</span>,
  es: <span lang="es">Español</span>,
}

export const tongueChoices = (['en', 'es'] as const).map((value) => ({ value, label: tongues[value] }))
