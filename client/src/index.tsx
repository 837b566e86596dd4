import { lazy, Suspense } from 'solid-js'
import { render } from 'solid-js/web'
import './styles/index.css'

// The frame is painted while the rest arrives: index.html names its chunks, so both come at once.
const App = lazy(() => import('./App.tsx'))

function Outline() {
  return (
    <div class="shell" data-sidebar="open" aria-hidden="true">
      <div class="side" />
      <div class="main">
        <div class="bar" />
      </div>
    </div>
  )
}

const root = document.getElementById('app')
if (!root) throw new Error('index.html has no #app')

render(
  () => (
    <Suspense fallback={<Outline />}>
      <App />
    </Suspense>
  ),
  root,
)
