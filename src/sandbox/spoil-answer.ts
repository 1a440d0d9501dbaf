import type { Answer } from './tables.ts'

/** JSON that is no answer to a request for mail. */
const otherShapes = [null, [], {}, 'accepted', { data: null }, { data: 'accepted' }, { data: [null] }, { id: 7 }]

export type Spoiling = 'truncated_json' | 'wrong_shape' | 'wrong_count'

/** The body of an answer that cannot be relied on. Which of the several forms depends on `extent`, from 0 to below 1. */
export function spoilAnswer(answer: Answer, spoiling: Spoiling, extent: number): string {
  const text = JSON.stringify(answer)
  switch (spoiling) {
    case 'truncated_json':
      return text.slice(0, Math.floor(text.length * extent))
    case 'wrong_shape':
      return JSON.stringify(otherShapes[Math.floor(extent * otherShapes.length)])
    case 'wrong_count':
      return JSON.stringify(miscounted(answer, extent))
  }
}

function miscounted(answer: Answer, extent: number): Answer {
  const { data } = answer
  if (!Array.isArray(data)) return {}
  const forms = [
    data.slice(0, -1),
    [...data, { id: '00000000-0000-4000-8000-000000000000' }],
    [...data.slice(0, -1), data[0]],
  ]
  return { ...answer, data: data.length > 1 ? forms[Math.floor(extent * forms.length)] : [] }
}
