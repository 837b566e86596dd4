import type { JSX } from 'solid-js'

/** One subject of the settings. */
export function Section(props: { title: string; children: JSX.Element }) {
  return (
    <section aria-label={props.title}>
      <h2>{props.title}</h2>
      {props.children}
    </section>
  )
}
