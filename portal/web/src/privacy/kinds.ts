const categories = ['demographics', 'conditions', 'allergies', 'medicines', 'immunizations', 'results', 'vitals', 'visits', 'documents', 'careplan', 'messages', 'appointments', 'questionnaires', 'coverage', 'other'] as const
export const isCategory = (word: string): word is (typeof categories)[number] => (categories as readonly string[]).includes(word)
