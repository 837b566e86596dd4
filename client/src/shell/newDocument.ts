import { useNavigate } from '@solidjs/router'
import { useDocuments } from '../documents/documents.ts'
import { sentenceOf } from '../errors.ts'
import { paths } from '../paths.ts'
import { toast } from '../ui/Toast.tsx'

/** Makes an empty page in a space and opens it at once; a refusal is told later. */
export function useNewDocument(): (space: string) => void {
  const documents = useDocuments()
  const navigate = useNavigate()
  return (space) => {
    const { id, stored } = documents.create(space, null)
    navigate(paths.document(id))
    stored.catch((error: unknown) => toast(sentenceOf(error)))
  }
}
