export const en = {
  retry: 'Try again',
  copy: 'Copy',
  copied: 'Copied',
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  saved: 'Saved',
  remove: 'Remove',
  edit: 'Change',
  back: 'Back',
  more: 'Show more',
  loading: 'Loading',
};
