import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { useSession } from '../session.ts'
import { Button } from '../ui/Button.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { en } from './en.ts'
import { CodeField, codeError } from './fields.tsx'

const t = textsOf(en)

/** The code of an e-mail that went out if the address has an account. Its link works as well. */
export function CodeForm(props: { email: string; type: 'recovery' | 'email' }) {
  const session = useSession()
  const submit = createSubmit<'code'>(sentenceOf)

  function send(form: HTMLFormElement) {
    const code = textOf(form, 'code')
    return submit.run(form, { code: codeError(code) }, () => session.confirmCode(props.email, code, props.type))
  }

  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void send(event.currentTarget)
      }}
    >
      <p>{t('reset.sentText', { email: props.email })}</p>
      <p class="form-error" role="alert">
        {submit.problem()}
      </p>
      <CodeField error={submit.errorOf('code')} />
      <Button type="submit" look="primary" class="wide" busy={submit.busy()}>
        {t('confirm.submit')}
      </Button>
    </form>
  )
}
