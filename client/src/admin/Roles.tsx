import { For } from 'solid-js'
import { en as common } from '../en.ts'
import { textsOf } from '../i18n.ts'
import { isAtLeast, type Role, roles } from '../rows.ts'
import { Icon } from '../ui/Icon.tsx'
import { en } from './en.ts'
import { permissions } from './roleTable.ts'

const t = textsOf(en)

function from(role: Role): string {
  if (role === roles[0]) return t('roles.everybody')
  return role === roles.at(-1) ? t('roles.only', { role: common.roles[role] }) : t('roles.from', { role: common.roles[role] })
}

/** Each action and the roles that may do it. */
export function Roles() {
  return (
    <>
      <p class="muted">{t('roles.lede')}</p>
      {/* Wider than a phone: it scrolls by itself, by keyboard too. */}
      <section class="matrix-view" tabindex="0" aria-label={t('tabs.roles')}>
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col">{t('roles.action')}</th>
              <For each={roles}>{(role) => <th scope="col">{common.roles[role]}</th>}</For>
            </tr>
          </thead>
          <tbody>
            <For each={permissions}>
              {(permission) => (
                <tr>
                  <th scope="row" title={permission.decidedBy}>
                    {permission.text}
                  </th>
                  <For each={roles}>
                    {(role) => (
                      <td data-may={isAtLeast(role, permission.from)}>
                        <span class="visually-hidden">{t(isAtLeast(role, permission.from) ? 'roles.may' : 'roles.mayNot')}</span>
                        {isAtLeast(role, permission.from) ? <Icon name="check" /> : <span aria-hidden="true">–</span>}
                      </td>
                    )}
                  </For>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </section>
      {/* On a phone each action says from which role on. */}
      <ul class="role-list" aria-label={t('tabs.roles')}>
        <For each={permissions}>
          {(permission) => (
            <li>
              <strong>{permission.text}</strong>
              <span class="muted">{from(permission.from)}</span>
            </li>
          )}
        </For>
      </ul>
      <ul class="notes muted">
        <li>{t('roles.guest')}</li>
        <li>{t('roles.space')}</li>
        <li>{t('roles.below')}</li>
      </ul>
    </>
  )
}
