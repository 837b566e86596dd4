import { A } from '@solidjs/router'
import { paths } from '../paths.ts'
import { Card } from '../session/Card.tsx'
import { en } from './accountEn.ts'

/** `/goodbye`: after an account was deleted. */
export default function GoodbyePage() {
  return (
    <Card title={en.goodbye.title}>
      <p>{en.goodbye.text}</p>
      <A class="button outline" href={paths.signup()}>
        {en.goodbye.again}
      </A>
    </Card>
  )
}
