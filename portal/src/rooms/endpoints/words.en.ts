export const en = {
  title: 'Webhook connector',
};
