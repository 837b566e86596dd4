// Before the first paint, or a dark page would flash white. The policy forbids inline scripts, so this is a file.
;(() => {
  try {
    const theme = localStorage.getItem('atrium.theme')
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
  } catch {
    // A browser that forbids storage follows the system's theme.
  }
})()
