import { createEffect, type JSX, onMount } from 'solid-js'
import './card.css'

/** One card on the canvas: the pages before there is a workspace. */
export function Card(props: { title: string; children: JSX.Element; foot?: JSX.Element }) {
  let heading!: HTMLHeadingElement
  createEffect(() => {
    document.title = `${props.title} · Atrium`
  })
  onMount(() => {
    // A page with a field to fill in has put the focus there.
    queueMicrotask(() => {
      if (document.activeElement === document.body) heading.focus()
    })
  })
  return (
    <main class="card-page">
      <div class="card">
        <img src="/icon.svg" width="40" height="40" alt="" />
        <h1 ref={heading} tabindex="-1">
          {props.title}
        </h1>
        {props.children}
      </div>
      <div class="card-foot">{props.foot}</div>
    </main>
  )
}
