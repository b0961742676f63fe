export const en = {
  login: {
    title: 'Log in',
    email: 'E-mail address',
    password: 'Password',
    submit: 'Log in',
    forgotten: 'I have forgotten my password',
    setUpNeeded:
      'There is no account yet. Callhook printed a link when it started: open it to make the first account.',
  },
  setUp: {
    title: 'Welcome to Callhook',
    about: 'You make the first account. It may do everything.',
    name: 'Your name',
    submit: 'Make the account',
  },
  invitation: {
    title: 'You are invited to Callhook',
    about: 'Choose a password, and you are in.',
    submit: 'Join',
  },
  reset: {
    title: 'Choose a new password',
    about: 'All your sessions end; log in with the new password afterwards.',
    submit: 'Set the password',
    done: 'Your password is changed. Log in with it.',
  },
  forgotten: {
    title: 'Forgotten your password?',
    about: 'Say your e-mail address. If there is an account with it, a link comes by mail.',
    submit: 'Send the link',
    back: 'Back to the login',
  },
  newPassword: 'New password',
  rule: 'At least 10 characters. Three or four words are good.',
  noToken: 'The link is not whole: copy all of it, also what stands behind the #.',
};
