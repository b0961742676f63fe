// Before anything is drawn: the theme that was chosen, or the device's, so that nothing flashes.
(() => {
  const chosen = localStorage.getItem('callhook-color-scheme');
  const dark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
