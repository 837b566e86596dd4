export const en = {
  title: 'Settings',
  profile: {
    title: 'Profile',
    name: 'Your name',
    nameHint: 'What others see beside what you write.',
    nameMissing: 'Enter the name that others see.',
    email: 'E-mail address',
    saved: 'Saved.',
  },
  workspace: {
    title: 'Workspace',
    name: 'Name of the workspace',
    nameMissing: 'Give it a name.',
  },
  appearance: {
    title: 'Appearance',
    theme: 'Theme',
    light: 'Light',
    dark: 'Dark',
    system: 'As the system',
  },
  keyboard: {
    title: 'Keyboard',
    single: 'Single-key shortcuts',
    singleHint: 'Keys such as C or G D. Ctrl K and Cmd K always work.',
    list: 'Show all shortcuts',
  },
  account: {
    title: 'Account',
    security: 'Password and two-step sign-in',
    notifications: 'Notifications',
    device: 'On this device',
    data: 'Take your data along, or leave',
    signOut: 'Sign out',
    signOutText: 'You are signed in as {{ email }}.',
  },
} as const
