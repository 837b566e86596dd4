import { useCallback, useEffect, useRef, useState } from 'react'
import type { EditorProps } from '../contract.ts'
import { type OpenDocument, openDocument } from './connection.ts'
import { EditorSurface } from './EditorSurface.tsx'

/** One document, from connecting to closing. Another `documentId` closes the first and opens the other. */
export function DocumentEditor({ props, container }: { props: EditorProps; container: HTMLElement }) {
  const [opened, setOpened] = useState<OpenDocument | null>(null)
  const [seen, setSeen] = useState(false)
  const [writable, setWritable] = useState(false)
  const [outdated, setOutdated] = useState(false)
  const becomeOutdated = useCallback(() => queueMicrotask(() => setOutdated(true)), [])
  const latest = useRef(props)
  latest.current = props
  const readText = useRef((): string => '')

  useEffect(() => {
    const document = openDocument({
      documentId: props.documentId,
      person: props.person.id,
      url: props.url,
      token: () => latest.current.token(),
      onPresence: (people) => latest.current.onPresence(people),
      onNotice: (notice) => latest.current.onNotice(notice),
      onChanged: (what) => latest.current.onChanged(what),
      onOutdated: becomeOutdated,
      onLoss: () => latest.current.onUnsent(readText.current()),
      onState(state, connection) {
        if (connection.seen) setSeen(true)
        // Who is offline goes on writing; who is asked to leave does not.
        setWritable(connection.writable)
        latest.current.onState(state, connection.dirty)
      },
    })
    setOpened(document)
    return () => {
      setOpened(null)
      setSeen(false)
      setOutdated(false)
      document.close()
    }
  }, [props.documentId, props.url, props.person.id, becomeOutdated])

  if (!opened || !seen) return null
  return (
    <>
      {outdated && (
        <p className="outdated" role="status">
          {props.text.outdated}
          <button type="button" onClick={() => location.reload()}>
            {props.text.reload}
          </button>
        </p>
      )}
      <EditorSurface
        key={props.documentId}
        props={props}
        opened={opened}
        canWrite={writable && props.editable && !outdated}
        container={container}
        onUnknown={becomeOutdated}
        onText={(read) => {
          readText.current = read
        }}
      />
    </>
  )
}
